"""`serin sources`: where datasets come from by themselves, and how the last look went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from serin.domain.printable import printable
from serin.files.durations import written
from serin_cli import story
from serin_cli.client import connected
from serin_cli.command_line.words import Json


def sources(*, as_json: Json = False) -> Any:
    """The datasets that are copied in from a bucket, and the last look there."""
    with connected() as client:
        listed = client.get("/sources")["items"]
    if as_json or not listed:
        return listed
    lines = [line(source) for source in listed]
    story.show_table(lines, list(lines[0]))
    return None


def line(source: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the table."""
    last: Mapping[str, Any] = source.get("last", {})
    problem = " ".join(last[name] for name in ("error", "remedy") if last.get(name))
    return {
        "dataset": source["dataset"],
        "source": source["source"],
        "every": written(timedelta(minutes=source["every_minutes"])),
        "last look": last.get("at"),
        "seen": last.get("seen"),
        "copied": last.get("copied"),
        "refused": last.get("refused"),
        "goes on after": printable(last.get("after", ""), 200),
        "error": problem,
    }
