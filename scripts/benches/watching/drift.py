"""Weeks of flights in summaries: the same numbers as Evidently's, from parts as from the whole, and cheaper."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benches.measuring import Found, interleaved, median, ours, peer, ratio
from benches.watching.flights import FEATURES, MOMENT, NUMBERS, flights, write_weeks
from benches.watching.sketch import sketch_errors
from serin.data.watching.summaries import About, added_up, stored, summarise

PARTS = 200
_SEED = 20130601
_DECADE = timedelta(days=3652)


def drift(*, peers: bool, rounds: int = 2, runs: int = 1) -> dict[str, Any]:
    """`max_difference_to_evidently` is over all features with an exact count, weeks and both distances; `vs_evidently`
    is its CPU a week divided by ours, by its report, and `vs_evidently_bare` by its functions alone.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = flights(folder)
        figures: dict[str, Any] = {"merged_equal_to_whole": merged_equal_to_whole(whole), **sketch_errors(whole)}
        if peers:
            write_weeks(whole, folder)
            who = {"serin": partial(ours, "drift", folder, 5 * runs)}
            who["evidently"] = partial(peer, "evidently", "evidently_drift", folder, runs)
            measurements = interleaved(rounds, who)
            figures |= _against(measurements["serin"], measurements["evidently"])
    return figures


def merged_equal_to_whole(whole: pl.DataFrame) -> bool:
    """Whether rows scattered over 200 parts, each summarised by itself, add up to the summaries of all rows."""
    place = np.random.default_rng(_SEED).integers(0, PARTS, whole.height)
    parts = whole.with_columns(part=pl.Series(place)).partition_by("part", maintain_order=True, include_key=False)
    summaries = [summarise(part, MOMENT, FEATURES, ("origin",), every=_DECADE) for part in parts]
    together: Sequence[tuple[About, Any]] = [pair for part in summaries for pair in part.items()]
    at_once = summarise(whole, MOMENT, FEATURES, ("origin",), every=_DECADE)
    return stored(added_up(together, lambda at: at)) == stored(at_once)


def _against(own: Sequence[Found], theirs: Sequence[Found]) -> dict[str, Any]:
    week = median(own, "week")
    apart = [pair for mine, other in zip(own, theirs, strict=True) for pair in _differences(mine, other)]
    return {
        "max_difference_to_evidently": max(by for by, error in apart if error == 0),
        "max_difference_on_a_grid": max(by for by, error in apart if error > 0),
        "vs_evidently": ratio(median(theirs, "report"), week),
        "vs_evidently_bare": ratio(median(theirs, "bare"), week),
        "cpu_s": {"week": week, "reference": median(own, "reference")},
        "evidently_cpu_s": {"week": median(theirs, "report"), "bare": median(theirs, "bare")},
    }


def _differences(own: Found, theirs: Found) -> Iterator[tuple[float, float]]:
    """Each feature's greatest difference in a week, and what its grid may put it off; 0 without one."""
    for mine, other, bins in zip(own["values"], theirs["values"], theirs["binned"], strict=True):
        for name, (wasserstein, jensen_shannon, error) in mine.items():
            pairs = [(jensen_shannon, other[name])]
            if name in NUMBERS:
                pairs = [(wasserstein, other[name]), (jensen_shannon, bins[name])]
            yield max(abs(a - b) for a, b in pairs), error
