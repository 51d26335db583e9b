"""The page of runs side by side: each metric with its interval, and what was tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from serin.domain.measurements import Estimate
from serin.domain.metrics import GREATER_IS_BETTER
from serin.domain.runs import RunMetric, RunSummary
from serin.pages.measures import Row, intervals
from serin.pages.rendering import rendered

CHARTED = 40
"""So many runs are drawn, the first of those that are compared."""


def runs_page(model: str, runs: Sequence[RunSummary]) -> str:
    """The page, its runs in the order they come in."""
    return rendered(
        "runs.html",
        model=model,
        runs=runs,
        charts=list(metric_charts(runs[:CHARTED])),
        charted=min(len(runs), CHARTED),
        params=list(dict.fromkeys(name for run in runs for name in run.params)),
        metrics=sorted(dict.fromkeys(name for run in runs for name in run.metrics)),
    )


def metric_charts(runs: Sequence[RunSummary]) -> Iterator[tuple[str, Markup]]:
    """Each metric with the way it runs, a mark a run."""
    for name in sorted(dict.fromkeys(name for run in runs for name in run.metrics)):
        rows = [_row(run, run.metrics[name]) for run in runs if name in run.metrics]
        metric = name.partition(".")[2]
        way = "more is better" if GREATER_IS_BETTER.get(metric, True) else "less is better"
        yield f"{name}, {way}", intervals(f"{name} by run", rows)


def _row(run: RunSummary, of: RunMetric) -> Row:
    tried = ", ".join(f"{name} {value}" for name, value in run.params.items())
    told = f"{run.id}: {of.name} {of.value:.4g}, {of.rows:,} rows of {of.days} days; {run.algorithm or ''} {tried}"
    return Row(run.short, Estimate(of.value, of.rows, of.days, of.low, of.high), told)
