"""Which of many spans of time holds each of many moments, entity by entity: no loop over rows.

Moments are sorted by entity and time, so that a span of one entity covers a range of places.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Integers = npt.NDArray[np.int64]
FOREVER = np.iinfo(np.int64).max
_CODE = "__code"


class Places:
    """The moments that are asked about, in order: by entity, then by time. Those of nobody are held by no span."""

    def __init__(self, asked: pl.DataFrame, key: Sequence[str], at: str) -> None:
        self._key = list(key)
        self._entities = asked.select(key).drop_nulls().unique().with_row_index(_CODE)
        self._times, ranks = np.unique(micros(asked[at]), return_inverse=True)
        places = self._codes(asked) * (len(self._times) + 1) + ranks
        self._order = np.argsort(places, kind="stable")
        self._places = places[self._order]

    def __len__(self) -> int:
        return len(self._places)

    def of_known(self, events: pl.DataFrame) -> pl.DataFrame:
        """The events of entities that are asked about, with their number in `__code`."""
        return events.join(self._entities, on=self._key, how="inner", maintain_order="left")

    def first_from(self, events: pl.DataFrame, times: Integers) -> Integers:
        """For each event the first place of its entity at or after a time; the one behind its last where none is.

        `events` are `of_known`.
        """
        ranks = np.searchsorted(self._times, times)
        codes = events[_CODE].to_numpy().astype(np.int64)
        return np.searchsorted(self._places, codes * (len(self._times) + 1) + ranks)

    def in_rows(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """What was found for each place, in the order of the rows that were asked."""
        rows = np.empty_like(values)
        rows[self._order] = values
        return rows

    def _codes(self, asked: pl.DataFrame) -> Integers:
        codes = asked.select(self._key).join(self._entities, on=self._key, how="left", maintain_order="left")
        return codes[_CODE].cast(pl.Int64).fill_null(-1).to_numpy()


def micros(times: pl.Series) -> Integers:
    """Microseconds since 1970; forever where there is no time."""
    return times.dt.epoch("us").fill_null(FOREVER).to_numpy()


def last_holding(starts: Integers, ends: Integers, places: int) -> Integers:
    """For each place the number of the last range [start, end) that holds it, or -1.

    A range is the union of two of one power of two, which overlap: so it is written down twice, whatever its length,
    and what is written for a length is handed down to both of its halves (a sparse table, the other way round).
    """
    last = np.full(places, -1, dtype=np.int64)
    held = np.flatnonzero(starts < ends)
    starts, ends = starts[held], ends[held]
    levels = np.frexp((ends - starts).astype(np.float64))[1] - 1
    by_level = np.argsort(levels, kind="stable")
    bounds = np.searchsorted(levels[by_level], np.arange(levels.max(initial=-1) + 2))
    for level in range(len(bounds) - 2, -1, -1):
        of_level = by_level[bounds[level] : bounds[level + 1]]
        # Numbers ascend, and of several that are written to one place the last stays.
        written = np.full(places, -1, dtype=np.int64)
        written[starts[of_level]] = held[of_level]
        _raise(last, written)
        written[:] = -1
        written[ends[of_level] - (1 << level)] = held[of_level]
        _raise(last, written)
        if level:
            half = 1 << (level - 1)
            last[half:] = np.maximum(last[half:], last[:-half])
    return last


def _raise(broken: Integers, written: Integers) -> None:
    np.maximum(broken, written, out=broken)
