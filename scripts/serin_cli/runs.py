"""`serin runs`: the runs of a model, and what the gate measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from serin.domain.errors import NotFound
from serin.domain.judgement.value import TWO_VALUES, values_of
from serin.domain.judgement.verdicts import Verdict
from serin.domain.records import from_record
from serin_cli import comparing, story
from serin_cli.client import connected
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json, Model, option

Record = Mapping[str, Any]
_WHERE = "compare those of which this holds, may be repeated: status=registered, params.depth>=3, parent=RUN"
_ORDER = "compare in the order of a field: a metric such as validation.log_loss puts the best first"


def runs(
    model: Model,
    /,
    *,
    run: Annotated[
        str | None,
        option("ID", "show the checks of this run (default: of the last that was judged)", completer=known.runs),
    ] = None,
    compare: Annotated[bool, Parameter(help="runs and trials side by side, each with its metrics")] = False,
    where: Annotated[Sequence[str], option("CONDITION", _WHERE)] = (),
    order: Annotated[str | None, option("FIELD", _ORDER)] = None,
    limit: Annotated[int, option("N", f"how many runs are compared (default: {comparing.SHOWN})")] = comparing.SHOWN,
    page: Annotated[str | None, option("[FILE]", "write the comparison, with plots, to this file")] = None,
    as_json: Json = False,
) -> Any:
    """The runs of a model and their gates; --compare: trials too, side by side."""
    with connected() as client:
        if compare or where or order or page is not None:
            asked = comparing.Comparison(model, where, order, limit)
            return comparing.compare(client, asked, page, as_json=as_json)
        listed = client.all("/runs", model=model)[::-1]
    if as_json or not listed:
        return listed
    lines = [line_of(one) for one in listed]
    # Most models have no rerun, and the table no room to spare.
    names = [name for name in lines[0] if name != "parent" or any(line["parent"] for line in lines)]
    story.show_table(lines, names)
    chosen = _chosen(listed, run)
    if chosen is not None:
        checks = checks_of(chosen)
        story.out.print(Text(f"\nThe gate of run {chosen['id']}"))
        story.show_table(checks, list(checks[0]))
        for line in (chosen["verdict"]["sentence"], *explained(chosen)):
            story.out.print(Text(line), soft_wrap=True)
    for newest in listed[:1]:
        verdict: Record = newest.get("verdict") or {}
        told = str(verdict.get("sentence", "")) if newest is chosen else ""
        for warning in [one for one in newest.get("warnings", []) if one not in told]:
            story.out.print(Text(f"Warning of run {newest['id']}: {warning}"), soft_wrap=True)
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


def explained(run: Record) -> Iterator[str]:
    """What the words of the tables mean that no verdict explains, as far as this run has them."""
    verdict = run["verdict"]
    yield "bound: what the truth behind a number is at least, or at most, with the gate's confidence (one-sided)."
    if verdict.get("power") is not None:
        unit = f", in {verdict['unit']}" if verdict.get("unit") else ""
        yield f"power: the least true gain that this gate would have seen four times in five{unit}."
    if values_of(from_record(Verdict, verdict)):
        yield TWO_VALUES


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
