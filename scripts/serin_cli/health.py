"""`serin health`: how each version behind a model's endpoint does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from serin.domain.plain_numbers import how_many
from serin.domain.printable import printable
from serin_cli import story
from serin_cli.client import connected
from serin_cli.command_line.words import Json, Model, option


def health(
    model: Model,
    /,
    *,
    hours: Annotated[int, option("N", "how far back to look, up to 168 (default: 24)")] = 24,
    as_json: Json = False,
) -> Any:
    """Calls, failures, durations, memory and cost of each version."""
    with connected() as client:
        report = client.get(f"/models/{model}/health", hours=str(hours))
    if as_json:
        return report
    if not report["versions"]:
        story.say(f"Nobody called {model} in the last {how_many(hours, 'hour')}.")
        return None
    lines = [line(version) for version in report["versions"]]
    story.out.print(printable(f"From {report['since']} to {report['until']}", 200), markup=False)
    if left_out := report.get("files_left_out"):
        story.say(
            f"Not the {how_many(hours, 'hour')} that were asked for: the log's {left_out:,} older files were too many "
            "to read, and their calls are not counted."
        )
    story.show_table(lines, list(lines[0]))
    return None


def line(version: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the table; what nobody has told of is left empty."""
    used, memory = version.get("used_mb"), version.get("memory_mb")
    return {
        "version": version.get("version", "none"),
        "function": version["function_version"],
        "calls": version["calls"],
        "failed": version["failed"],
        "refused": version["refused"],
        "p50 ms": _short(version.get("p50_ms")),
        "p95 ms": _short(version.get("p95_ms")),
        "cold": version["cold"],
        "start ms": _short(version.get("start_ms")),
        "cpu ms": _short(version.get("cpu_ms")),
        "memory": None if used is None else f"{used} of {memory} MB",
        "releases' own": version.get("own_calls", 0),
        "usd": f"{version['usd']:.6f}",
    }


def _short(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"
