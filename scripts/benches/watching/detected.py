"""How often a change is told within two windows, by the limits that keep the promise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from benches.gating.rates import wilson
from benches.watching.changes import shifted, with_category, with_missing
from benches.watching.run_length import POLICY, judged
from benches.watching.world import WEEK, World, split
from serin.data.watching.counts import CategoryCounts, Counts, NumberCounts
from serin.data.watching.distances import deviation, shares
from serin.data.watching.references import WatchReference, reference_of, with_power

LEAST_SHIFT, CATEGORY, MISSING = 0.25, 0.05, 0.10
Changed = tuple[str, str, tuple[Counts, Counts]]
Windows = tuple[Mapping[str, Counts], Mapping[str, Counts]]


def detected(correlations: Mapping[str, float], models: int, reference: int, seed: int) -> dict[str, Any]:
    """Shares with their intervals, over all correlations of days and, beside that, by each.

    A shift is of a quarter of a standard deviation or the feature's least detectable, whichever is more, up or down.
    Each feature of each model is changed in two windows that nothing else happened in.
    """
    seen: dict[str, list[bool]] = defaultdict(list)
    for name, lag_1 in correlations.items():
        random = np.random.default_rng(seed)
        for _ in range(models):
            for kind, drifted in _of_model(random, lag_1, reference):
                seen[kind].append(drifted)
                seen[f"{kind}_{name}"].append(drifted)
    return {kind: wilson(sum(of), len(of)) for kind, of in seen.items()}


def _of_model(random: np.random.Generator, lag_1: float, windows: int) -> Iterator[tuple[str, bool]]:
    known, later = split(World(lag_1).model(random, windows + 2), windows)
    reference = with_power(reference_of(known, POLICY), known)
    for kind, feature, pair in _changes(random, reference, (later[0], later[1])):
        first = judged(reference, {feature: pair[0]}, known.end, None)
        second = judged(reference, {feature: pair[1]}, known.end + WEEK, first)
        yield kind, {of.feature: of.status for of in second.features}[feature] == "DRIFT"


def _changes(random: np.random.Generator, reference: WatchReference, windows: Windows) -> Iterator[Changed]:
    for of in reference.baseline.features:
        first, second = (window[of.feature] for window in windows)
        lost = (with_missing(random, first, MISSING), with_missing(random, second, MISSING))
        yield "missing", of.feature, lost
        if isinstance(first, CategoryCounts) and isinstance(second, CategoryCounts):
            pair = (with_category(random, first, CATEGORY), with_category(random, second, CATEGORY))
            yield "category", of.feature, pair
        elif isinstance(first, NumberCounts) and isinstance(second, NumberCounts) and of.detectable:
            least = of.detectable.shift
            by = max(LEAST_SHIFT, least or LEAST_SHIFT) * random.choice((-1, 1)) * _spread(reference, of.feature)
            yield "shift", of.feature, (shifted(first, by), shifted(second, by))


def _spread(reference: WatchReference, feature: str) -> float:
    counts = reference.counts[feature]
    assert isinstance(counts, NumberCounts)
    return float(deviation(counts.cells, shares(counts.counts)))
