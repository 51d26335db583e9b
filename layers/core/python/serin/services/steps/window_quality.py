"""How good a version was in a window, on the truth that has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from serin.data.looks.asked import INPUT
from serin.data.watching.quality import quality_of
from serin.domain.charter import Charter
from serin.domain.errors import NotFound
from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.watching.performance import ALIKE, SHOWN, Interval, Performance, interval, judge_performance
from serin.domain.judgement.watching.policy import for_performance
from serin.domain.metrics import GREATER_IS_BETTER, VALUE
from serin.domain.models import ModelVersion
from serin.domain.watched import SliceVerdict
from serin.ports import Catalog

NOTHING = Sample((), 0)


@dataclass(frozen=True)
class Quality:
    """Each metric beside what it was at the gate, that which the gate goes by first; `value` is that of decisions.

    `of_dataset` is the first one by the word of the truth's dataset alone; `days`
    and `dataset_days` are the numbers of days they are from.
    """

    performance: tuple[Performance, ...] = ()
    of_dataset: Performance | None = None
    value: Performance | None = None
    days: Mapping[str, Sample] = field(default_factory=dict)
    dataset_days: Sample | None = None


def window_quality(rows: pl.DataFrame, version: ModelVersion, charter: Charter, *, catalog: Catalog) -> Quality:
    """What the rows of the version show (`serin.services.steps.truth_window.TruthWindow`)."""
    known, gate = samples_of_gate(version, catalog=catalog), charter.training.gate.metric
    days = quality_of(rows, version, charter)
    names = [gate, *(name for name in days if name not in (gate, VALUE))]
    of_dataset = rows.filter(pl.col("source") == "dataset")
    by_dataset = quality_of(of_dataset, version, charter)
    labelled, alone = (of["label"].count() for of in (rows, of_dataset))
    return Quality(
        tuple(judged(name, days.get(name), known, charter, labelled) for name in names),
        judged(gate, by_dataset.get(gate), known, charter, alone),
        judged(VALUE, days.get(VALUE), known, charter, labelled) if charter.value else None,
        days,
        by_dataset.get(gate),
    )


def judged(
    metric: str, now: Sample | None, known: Mapping[str, Sample], charter: Charter, labelled: int = 0
) -> Performance:
    """One metric in a window; INSUFFICIENT_DATA with less truth than the charter asks for, or nothing to compare.

    `now` is None where the `labelled` rows do not show the metric.
    """
    policy, sample = charter.monitoring.policy, now or NOTHING
    if now is None and labelled >= policy.minimum_rows:
        sentence = f"{metric}: {labelled:,} rows with truth do not show it, as where all labels are alike."
        return Performance(metric, "INSUFFICIENT_DATA", sentence)
    if sample.rows < policy.minimum_rows:
        sentence = f"{metric}: truth about {sample.rows:,} rows; {policy.minimum_rows:,} are needed to say anything."
        return Performance(metric, "INSUFFICIENT_DATA", sentence)
    if metric not in known:
        sentence = f"{metric}: what it was when the version was judged was not kept, so nothing can be compared."
        return Performance(metric, "INSUFFICIENT_DATA", sentence)
    higher = GREATER_IS_BETTER.get(metric, True)
    return judge_performance(metric, sample, known[metric], for_performance(policy), higher_is_better=higher)


def samples_of_gate(version: ModelVersion, *, catalog: Catalog) -> Mapping[str, Sample]:
    """What the version showed where it was judged."""
    try:
        contest = catalog.run(version.model, version.run).contest
    except NotFound:
        return {}
    return {} if contest is None else contest.samples


def with_quality(
    slices: Iterable[SliceVerdict], rows: pl.DataFrame, version: ModelVersion, charter: Charter
) -> tuple[SliceVerdict, ...]:
    """Slices of inputs, each with the gate's metric over its rows."""
    return tuple(replace(of, quality=_of_slice(of, rows, version, charter)) for of in slices)


def _of_slice(of: SliceVerdict, rows: pl.DataFrame, version: ModelVersion, charter: Charter) -> Interval | None:
    column = INPUT + of.column
    if column not in rows.columns:
        return None
    own = rows.filter(pl.col(column).cast(pl.String) == of.value)
    sample = quality_of(own, version, charter).get(charter.training.gate.metric)
    measured = (
        None if sample is None or sample.rows < charter.monitoring.policy.minimum_rows else uncertain(sample, ALIKE)
    )
    return None if measured is None or sample is None else interval(measured, sample.rows, SHOWN)
