"""One training: its verdict with every check, its trials, and of what it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from serin.domain.experiments import Run
from serin.domain.measurements import Estimate
from serin.domain.plain_numbers import how_many
from serin.domain.runs import RunMetric, RunSummary
from serin.pages.console.experiments import said
from serin.pages.frame import Frame
from serin.pages.measures import Row, intervals
from serin.pages.rendering import rendered

_CHARTED = 40


def run_page(run: Run, trials: Sequence[RunSummary], frame: Frame) -> str:
    """The page; `trials` in their order."""
    params = list(dict.fromkeys(name for trial in trials for name in trial.params))
    metrics = sorted(dict.fromkeys(name for trial in trials for name in trial.metrics))
    best = None if run.best is None else run.best.number
    return rendered(
        "console/run.html",
        frame,
        run=run,
        checks=run.verdict.checks if run.verdict else (),
        trials=[(trial, int(trial.id.rpartition(".")[2]) == best) for trial in trials],
        params=params,
        metrics=metrics,
        said=said,
        charts=list(_charts(trials, metrics)),
        facts=dict(_facts(run)),
    )


def _charts(trials: Sequence[RunSummary], metrics: Sequence[str]) -> Iterator[tuple[str, Markup]]:
    for name in metrics:
        rows = [_row(trial, trial.metrics[name]) for trial in trials[:_CHARTED] if name in trial.metrics]
        if rows:
            yield name, intervals(f"{name} by trial", rows)


def _row(trial: RunSummary, of: RunMetric) -> Row:
    tried = ", ".join(f"{name} {value}" for name, value in trial.params.items())
    number = trial.id.rpartition(".")[2]
    return Row(number, Estimate(of.value, of.rows, of.days, of.low, of.high), f"{number}: {of.value:.4g}; {tried}")


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    yield "begun", f"{run.at:%Y-%m-%d %H:%M}Z, because of: {run.cause}"
    if run.ended is not None:
        yield "ended", f"{run.ended:%Y-%m-%d %H:%M}Z"
    yield "took", f"{run.seconds:,.1f} s of functions, {run.usd:.4f} USD"
    if run.training_set is not None:
        yield "training set", run.training_set
    if run.parent is not None:
        yield "repeats", run.parent
    if run.contest is not None:
        against = run.contest.champion_version
        yield "judged on", f"{how_many(run.contest.rows, 'row')} that neither has learnt from"
        yield "against", "the trivial answer" if against is None else f"version {against}"
    made = run.provenance
    if made is not None:
        yield "code", made.code
        yield "charter", made.charter
        yield "commit", made.commit or "deployed from no repository"
        yield from ((f"dataset {name}", head) for name, head in sorted(made.heads.items()))
