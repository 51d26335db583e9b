"""`serin runs`: the trainings of a model, and what the gate measured."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from serin.domain.errors import NotFound
from serin_cli import comparing, story
from serin_cli.commands import connected

Record = Mapping[str, Any]


def arguments() -> tuple[tuple[str, dict[str, Any]], ...]:
    """What follows `serin runs`."""
    run = {"metavar": "ID", "help": "show the checks of this run (default: of the last that was judged)"}
    return ("model", {"help": "the model's name"}), ("--run", run), *comparing.arguments()


def runs(arguments: Namespace) -> Any:
    """The trainings, newest first, and the checks of one of them; or runs side by side."""
    with connected() as client:
        if comparing.is_comparison(arguments):
            return comparing.compare(client, arguments)
        listed = client.all("/runs", model=arguments.model)[::-1]
    if arguments.print_json or not listed:
        return listed
    lines = [line_of(run) for run in listed]
    # Most models have no rerun, and the table no room to spare.
    names = [name for name in lines[0] if name != "parent" or any(line["parent"] for line in lines)]
    story.show_table(lines, names)
    chosen = _chosen(listed, arguments.run)
    if chosen is not None:
        checks = checks_of(chosen)
        story.out.print(Text(f"\nThe gate of run {chosen['id']}"))
        story.show_table(checks, list(checks[0]))
        story.out.print(Text(chosen["verdict"]["sentence"]), soft_wrap=True)
    for run in listed[:1]:
        verdict: Record = run.get("verdict") or {}
        told = str(verdict.get("sentence", "")) if run is chosen else ""
        for warning in [one for one in run.get("warnings", []) if one not in told]:
            story.out.print(Text(f"Warning of run {run['id']}: {warning}"), soft_wrap=True)
    return None


def line_of(run: Record) -> dict[str, Any]:
    """A run in one line; the power is the least gain that its gate would have seen four times in five."""
    verdict = run.get("verdict", {})
    gains = [check for check in verdict.get("checks", []) if check["name"] == "gain over the champion"]
    gain = gains[0] if gains else {}
    return {
        "run": run["id"],
        "at": story.minute(run["at"]),
        "cause": run["cause"],
        "parent": run.get("parent"),
        "status": run["status"],
        "version": run.get("version"),
        "gain": _number(gain.get("estimate")),
        "at least": _number(gain.get("bound")),
        "asked": _number(gain.get("requirement")),
        "power": _number(verdict.get("power")),
        "reason": run.get("reason") if not verdict or run.get("parent") else None,
    }


def checks_of(run: Record) -> list[dict[str, Any]]:
    """The checks of a judged run, a line each."""
    return [
        {
            "check": check["name"],
            "outcome": check["outcome"],
            "asked": _number(check.get("requirement")),
            "measured": _number(check.get("estimate")),
            "bound": _number(check.get("bound")),
            "unit": check["unit"],
        }
        for check in run["verdict"]["checks"]
    ]


def _chosen(listed: Sequence[Record], wanted: str | None) -> Record | None:
    judged = [run for run in listed if run.get("verdict", {}).get("checks")]
    if wanted is None:
        return max(judged, key=lambda run: str(run["at"]), default=None)
    for run in judged:
        if run["id"] == wanted:
            return run
    raise NotFound(f"No run {wanted} was judged.", "Name one that `serin runs` lists with a verdict.", "--run")


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}"
