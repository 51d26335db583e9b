"""A window of rows against its reference: the numbers that the judge reads and that people are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from serin.data.watching.aligned import aligned_categories, aligned_numbers
from serin.data.watching.counts import CategoryCounts, Counts, NumberCounts
from serin.data.watching.distances import binned, deviation, jensen_shannon, shares
from serin.data.watching.references import WatchReference
from serin.data.watching.statistics import Statistics, of_categories, of_numbers
from serin.data.watching.summaries import Summaries, added
from serin.domain.errors import Invalid
from serin.domain.judgement.watching.evidence import FeatureWindow, Statistic, Window
from serin.domain.printable import printable

_SHOWN = 10
_FEWEST = 2


def window_against(
    reference: WatchReference,
    summaries: Summaries,
    begin: datetime,
    length: timedelta,
    column: str = "",
    value: str = "",
) -> Window:
    """The rows from `begin` on, of all or of one slice, against the reference; a feature without rows has 0."""
    parts: dict[str, list[Counts]] = {}
    for about, counts in summaries.items():
        if begin <= about.at < begin + length and (about.column, about.value) == (column, value):
            parts.setdefault(about.feature, []).append(counts)
    return Window(
        begin, begin + length, _rows(parts), compared(reference, {name: added(of) for name, of in parts.items()})
    )


def compared(reference: WatchReference, counts: Mapping[str, Counts]) -> tuple[FeatureWindow, ...]:
    """Each feature of the reference, as these counts show it."""
    return tuple(_compared(name, known, counts.get(name)) for name, known in reference.counts.items())


def _rows(parts: Mapping[str, list[Counts]]) -> int:
    return max((sum(part.rows for part in of) for of in parts.values()), default=0)


def _compared(feature: str, known: Counts, counts: Counts | None) -> FeatureWindow:
    if counts is None or counts.rows == 0:
        return FeatureWindow(feature, 0, 0)
    window = FeatureWindow(feature, counts.rows, counts.missing, {"missing": counts.missing / counts.rows})
    if counts.present < _FEWEST or known.present < _FEWEST:
        return window
    if isinstance(known, NumberCounts) and isinstance(counts, NumberCounts):
        return _numbers(window, known, counts)
    if isinstance(known, CategoryCounts) and isinstance(counts, CategoryCounts):
        return _categories(window, known, counts)
    raise Invalid(
        f"The feature {feature!r} is a number in the reference or in the window, and a text in the other.",
        "Give it the type that the model was trained with.",
    )


def _numbers(window: FeatureWindow, known: NumberCounts, counts: NumberCounts) -> FeatureWindow:
    both = aligned_numbers((known, counts))
    statistics = of_numbers(both.values, both.counts[:1], both.counts[1:])
    bins = shares(binned(both.values, both.counts))
    return replace(
        window,
        statistics={**window.statistics, **_single(statistics)},
        wasserstein=float(statistics["shape"][0]),
        jensen_shannon=float(jensen_shannon(bins[:1], bins[1:])[0]),
        minimum=counts.minimum,
        maximum=counts.maximum,
        error=both.width / float(deviation(both.values, shares(both.counts[0]))),
    )


def _categories(window: FeatureWindow, known: CategoryCounts, counts: CategoryCounts) -> FeatureWindow:
    both = aligned_categories((known, counts))
    statistics, error = of_categories(both.counts[:1], both.counts[1:], both)
    unseen = sorted(set(counts.names) - set(known.names)) if not both.width else []
    return replace(
        window,
        statistics={**window.statistics, **_single(statistics)},
        jensen_shannon=float(statistics["mix"][0]),
        # Whatever stands in data is told in notices and shown in terminals.
        unseen=tuple(map(printable, unseen[:_SHOWN])),
        error=float(error[0]),
    )


def _single(statistics: Statistics) -> dict[Statistic, float]:
    return {name: float(np.asarray(values)[0]) for name, values in statistics.items()}
