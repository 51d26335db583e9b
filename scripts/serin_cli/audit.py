"""`serin audit`: who did what, to what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from cyclopts import Parameter

from serin.domain.paging import PAGE
from serin_cli import story
from serin_cli.client import connected
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json, option

Record = Mapping[str, Any]


def audit(
    model: Annotated[
        str | None,
        Parameter(completer=known.models, help="of a model and the datasets it reads (default: of all, and of tokens)"),
    ] = None,
    /,
    *,
    limit: Annotated[int, option("N", f"how many (default: {PAGE})")] = PAGE,
    after: Annotated[str | None, option("KEY", "older ones: what the page before ends with")] = None,
    as_json: Json = False,
) -> Any:
    """Who did what, to what, and when: newest first."""
    query = {"model": model, "after": after, "limit": str(limit)}
    with connected() as client:
        page = client.get("/audit", **{name: value for name, value in query.items() if value is not None})
    if as_json:
        return page
    if not page["items"]:
        return []
    lines = [_line(entry) for entry in page["items"]]
    story.show_table(lines, list(lines[0]))
    if page.get("next"):
        of = f" {model}" if model else ""
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
