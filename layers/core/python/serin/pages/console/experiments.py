"""The experiments of a model: runs and trials in an order, those of which conditions hold, or side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from serin.domain.comparing import Value, value_of
from serin.domain.errors import SerinError
from serin.domain.metrics import GREATER_IS_BETTER
from serin.domain.runs import RunMetric, RunSummary
from serin.pages.frame import Frame
from serin.pages.rendering import brief, minute, rendered
from serin.pages.runs import CHARTED, metric_charts

SEPARATOR = ";"
"""Between the conditions that a person writes into one field: all of them must hold."""
_MOST_METRICS = 8


@dataclass(frozen=True)
class Chosen:
    """What was asked for: conditions as they were written, a field to order by, and what is `wrong` with them.

    With `alone` one run was picked, and two are needed to compare.
    """

    where: str = ""
    order: str | None = None
    wrong: SerinError | None = None
    alone: bool = False


@dataclass(frozen=True)
class Column:
    """A column of the list: the field of runs that it shows, its name, and the address that orders by it."""

    field: str
    name: str
    address: str
    is_number: bool = True
    ordered: bool = False


@dataclass(frozen=True)
class Compared:
    """A field side by side: what each run has, and whether they differ."""

    name: str
    values: tuple[str, ...]
    differs: bool
    is_number: bool = True


def experiments_page(model: str, runs: Sequence[RunSummary], chosen: Chosen, frame: Frame) -> str:
    """The list, in the order the runs come in."""
    # What orders them is seen without pushing the table aside.
    columns = sorted(_columns(runs, chosen), key=lambda column: not column.ordered)
    lines = [(run, parent_of(run), [said(value_of(run, column.field)) for column in columns]) for run in runs]
    return rendered(
        "console/experiments.html",
        frame,
        model=model,
        lines=lines,
        columns=columns,
        chosen=chosen,
        newest=_address(chosen.where, None),
    )


def comparison_page(model: str, runs: Sequence[RunSummary], missing: int, frame: Frame) -> str:
    """The runs side by side; `missing` were asked for and are not kept any more, or are too many."""
    return rendered(
        "console/comparison.html",
        frame,
        model=model,
        runs=[(run, parent_of(run)) for run in runs],
        missing=missing,
        rows=list(_compared(runs)),
        charts=list(metric_charts(runs[:CHARTED])),
    )


def parent_of(run: RunSummary) -> str:
    """The training whose page tells of it: a trial has none of its own."""
    return run.parent if run.parent is not None and run.id.startswith(f"{run.parent}.") else run.id


def said(value: Value) -> str:
    """A field as a person reads it."""
    if value is None:
        return "-"
    return brief(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _columns(runs: Sequence[RunSummary], chosen: Chosen) -> Iterator[Column]:
    fields = [("status", False), ("version", True)]
    metrics = sorted(dict.fromkeys(name for run in runs for name in run.metrics), key=_place)
    fields += [(name, True) for name in metrics[:_MOST_METRICS]]
    fields += [(f"params.{name}", True) for name in dict.fromkeys(name for run in runs for name in run.params)]
    for field, is_number in [*fields, ("algorithm", False), ("seconds", True), ("usd", True)]:
        name = field.removeprefix("params.")
        yield Column(field, name, _address(chosen.where, field), is_number, field == chosen.order)


def _place(name: str) -> tuple[bool, bool, str]:
    """What was measured on the holdout first, and losses before the rest."""
    dataset, _, metric = name.partition(".")
    return dataset != "holdout", GREATER_IS_BETTER.get(metric, True), name


def _address(where: str, order: str | None) -> str:
    query = urlencode({name: value for name, value in (("where", where), ("order", order)) if value})
    return f"?{query}"


def _compared(runs: Sequence[RunSummary]) -> Iterator[Compared]:
    yield _row("begun", [minute(run.at) for run in runs], is_number=False)
    for field in ("status", "algorithm", "training_set"):
        yield _row(field.replace("_", " "), [said(value_of(run, field))[:40] for run in runs], is_number=False)
    yield _row("version", [said(run.version) for run in runs])
    for name in dict.fromkeys(name for run in runs for name in run.params):
        yield _row(name, [said(run.params.get(name)) for run in runs])
    for name in sorted(dict.fromkeys(name for run in runs for name in run.metrics), key=_place):
        yield _row(name, [_measured(run.metrics.get(name)) for run in runs])
    yield _row("seconds", [brief(run.seconds) for run in runs])
    yield _row("USD", [brief(run.usd) for run in runs])


def _row(name: str, values: Sequence[str], is_number: bool = True) -> Compared:
    return Compared(name, tuple(values), len(set(values)) > 1, is_number)


def _measured(of: RunMetric | None) -> str:
    if of is None:
        return "-"
    interval = "" if of.low is None or of.high is None else f" ({of.low:.4g} to {of.high:.4g})"
    return f"{of.value:.4g}{interval}"
