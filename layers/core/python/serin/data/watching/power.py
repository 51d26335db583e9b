"""What a reference's limits can show: the least change that two windows in a row are beyond them for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from serin.data.watching.aligned import Aligned
from serin.data.watching.distances import deviation, shares
from serin.data.watching.statistics import Statistics, of_numbers
from serin.domain.judgement.watching.evidence import Detectable, FeatureReference, Reference, Statistic
from serin.domain.judgement.watching.limits import beyond, limits

Known = Mapping[Statistic, Reference]
_LEAST_SHIFT, _MOST_SHIFT = 0.01, 10.0
_LEAST_SHARE, _MOST_SHARE = 0.0005, 1.0


def detectable(feature: FeatureReference, aligned: Aligned, chance: float) -> Detectable:
    """The least shift of all values, the worse of both directions, and the least more missing and new values."""
    known = {reference.statistic: reference for reference in feature.statistics}
    shift = _shift(known, aligned, chance) if "location" in known else None
    shares_of = {name: _share(known[name], chance) for name in ("missing", "new") if name in known}
    return Detectable(shift, shares_of.get("missing"), shares_of.get("new"))


def _shift(known: Known, aligned: Aligned, chance: float) -> float | None:
    spread = float(deviation(aligned.values, shares(aligned.total)))
    up = _least(_LEAST_SHIFT, _MOST_SHIFT, lambda by: _seen(known, _moved(aligned, by * spread), chance))
    down = _least(_LEAST_SHIFT, _MOST_SHIFT, lambda by: _seen(known, _moved(aligned, -by * spread), chance))
    return None if up is None or down is None else max(up, down)


def _moved(aligned: Aligned, by: float) -> Statistics:
    """The statistics of each window, all its values greater by so much, against the others as they are."""
    both = np.concatenate([aligned.values, aligned.values + by])
    order = np.argsort(both, kind="stable")
    nothing = np.zeros_like(aligned.counts)
    rest = np.concatenate([aligned.total - aligned.counts, nothing], axis=1)[:, order]
    windows = np.concatenate([nothing, aligned.counts], axis=1)[:, order]
    return of_numbers(both[order], rest, windows)


def _share(reference: Reference, chance: float) -> float | None:
    """The least share of rows that becomes missing, or new, whatever the share is without them."""
    windows = np.array(reference.windows)
    return _least(
        _LEAST_SHARE,
        _MOST_SHARE,
        lambda by: _seen({reference.statistic: reference}, {reference.statistic: windows + by * (1 - windows)}, chance),
    )


def _seen(known: Known, changed: Statistics, chance: float) -> bool:
    """Whether one of the statistics of changed windows is beyond its limits nearly always."""
    for name, values in changed.items():
        held = limits(known[name], chance, known[name].rows)
        if beyond(known[name], values.tolist(), held):
            return True
    return False


def _least(low: float, high: float, seen: Callable[[float], bool]) -> float | None:
    """The least change that is seen, within a hundredth of it; None if even `high` is not."""
    if not seen(high):
        return None
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high
