"""`serin audit`: who did what, to what, and when."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from serin.domain.paging import PAGE
from serin_cli import story
from serin_cli.commands import connected

Record = Mapping[str, Any]


def arguments() -> tuple[tuple[str, dict[str, Any]], ...]:
    """What follows `serin audit`."""
    return (
        ("model", {"nargs": "?", "help": "of a model and the datasets it reads (default: of all, and of tokens)"}),
        ("--limit", {"type": int, "default": PAGE, "metavar": "N", "help": f"how many (default: {PAGE})"}),
        ("--after", {"metavar": "KEY", "help": "older ones: what the page before ends with"}),
    )


def audit(arguments: Namespace) -> Any:
    """A page of the audit, newest first: as a table, or whole as JSON."""
    query = {"model": arguments.model, "after": arguments.after, "limit": str(arguments.limit)}
    with connected() as client:
        page = client.get("/audit", **{name: value for name, value in query.items() if value is not None})
    if arguments.print_json:
        return page
    if not page["items"]:
        return []
    lines = [_line(entry) for entry in page["items"]]
    story.show_table(lines, list(lines[0]))
    if page.get("next"):
        of = f" {arguments.model}" if arguments.model else ""
        story.say(f"Older ones: ./scripts/serin audit{of} --after {page['next']}")
    return None


def _line(entry: Record) -> dict[str, Any]:
    role = f" ({entry['role']})" if entry.get("role") else ""
    return {
        "at": story.minute(entry["at"]),
        "of": entry["owner"],
        "what": entry["what"],
        "by": f"{entry['by']}{role}" if entry.get("by") else "the platform",
        "about": entry["about"],
        "said": entry["said"],
    }
