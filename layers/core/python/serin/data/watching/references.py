"""The reference that windows are held against: a model's training rows, or a stretch of time when all was well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from serin.data.watching.aligned import Aligned, aligned_categories, aligned_numbers
from serin.data.watching.counts import CategoryCounts, Counts, NumberCounts
from serin.data.watching.distances import deviation, shares
from serin.data.watching.power import detectable
from serin.data.watching.statistics import Statistics, noise_of, of_categories, of_numbers
from serin.data.watching.summaries import Summaries, added, added_up, window_of
from serin.domain.errors import Invalid
from serin.domain.judgement.watching.evidence import Baseline, FeatureReference, Reference
from serin.domain.judgement.watching.policy import WatchPolicy

_FEWEST = 2


@dataclass(frozen=True)
class ReferenceWindows:
    """The counts of each full window from `begin` to `end`, oldest first, by feature; windows without rows are none."""

    begin: datetime
    end: datetime
    features: Mapping[str, tuple[Counts, ...]]


@dataclass(frozen=True)
class WatchReference:
    """A baseline for the judge, and the counts of its rows, by feature, that windows are compared with."""

    baseline: Baseline
    counts: Mapping[str, Counts]


def reference_windows(
    summaries: Summaries, begin: datetime, end: datetime, length: timedelta, column: str = "", value: str = ""
) -> ReferenceWindows:
    """The windows from `begin` to `end`, of all rows or of one slice; the last ends at `end`.

    Rows before the first full window do not belong to it. Raises Invalid where there is no full window with rows.
    """
    first = end - (end - begin) // length * length
    there = [
        (about, counts)
        for about, counts in summaries.items()
        if first <= about.at < end and (about.column, about.value) == (column, value)
    ]
    windows: dict[str, list[Counts]] = {}
    for about, counts in sorted(added_up(there, window_of(length, end)).items(), key=lambda pair: pair[0]):
        windows.setdefault(about.feature, []).append(counts)
    if not windows:
        raise Invalid(f"No full window of {length} has rows.", "Take a longer reference.")
    return ReferenceWindows(first, end, {feature: tuple(parts) for feature, parts in windows.items()})


def reference_of(windows: ReferenceWindows, policy: WatchPolicy) -> WatchReference:
    """What later windows are held against, with limits that keep the policy's promise."""
    features = tuple(_feature(feature, parts)[0] for feature, parts in windows.features.items())
    count = max(len(parts) for parts in windows.features.values())
    chance = policy.chance(sum(len(of.statistics) for of in features))
    baseline = Baseline(windows.begin, windows.end, count, chance, features)
    return WatchReference(baseline, {feature: added(parts) for feature, parts in windows.features.items()})


def with_power(reference: WatchReference, windows: ReferenceWindows) -> WatchReference:
    """The same reference, saying of each feature what its limits can show; costs more than all the rest."""
    baseline = reference.baseline
    features = (_feature(feature, parts) for feature, parts in windows.features.items())
    powered = tuple(replace(of, detectable=detectable(of, aligned, baseline.chance)) for of, aligned in features)
    return replace(reference, baseline=replace(baseline, features=powered))


def _feature(feature: str, parts: Sequence[Counts]) -> tuple[FeatureReference, Aligned]:
    """The feature's statistics of each window against the rest, and its windows."""
    rows, missing = (np.array([getattr(part, name) for part in parts], np.float64) for name in ("rows", "missing"))
    shown = [part for part in parts if part.present >= _FEWEST]
    numbers = [part for part in shown if isinstance(part, NumberCounts)]
    categories = [part for part in shown if isinstance(part, CategoryCounts)]
    aligned = aligned_numbers(numbers) if numbers else aligned_categories(categories)
    present = float(np.median(aligned.counts.sum(axis=1))) if shown else 1.0
    statistics = [
        Reference(name, tuple(values.tolist()), present, noise_of(aligned, name))
        for name, values in (_left_out(aligned, number=bool(numbers)) if shown else {}).items()
    ]
    absent = tuple((missing / np.maximum(rows, 1)).tolist())
    statistics.append(Reference("missing", absent, float(np.median(rows))))
    reference = FeatureReference(
        feature,
        "number" if numbers else "category",
        int(rows.sum()),
        tuple(statistics),
        float(missing.sum() / rows.sum()),
    )
    if numbers:
        lowest = min(part.minimum for part in numbers if part.minimum is not None)
        highest = max(part.maximum for part in numbers if part.maximum is not None)
        spread = float(deviation(aligned.values, shares(aligned.total)))
        reference = replace(reference, minimum=lowest, maximum=highest, error=aligned.width / 2 / spread)
    return reference, aligned


def _left_out(aligned: Aligned, *, number: bool) -> Statistics:
    """Each window against all others, as a new one is against all of them."""
    rest = aligned.total - aligned.counts
    if number:
        return of_numbers(aligned.values, rest, aligned.counts)
    return of_categories(rest, aligned.counts, aligned)[0]
