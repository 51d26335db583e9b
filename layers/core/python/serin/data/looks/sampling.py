"""Which rows are looked at when there are too many: always the same ones, and all versions of a row or none."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.domain.segments import Segment

_MOST = 2**64 - 1


def spread(segments: Sequence[Segment], most_rows: int) -> Sequence[Segment]:
    """The segments to read: all of them, or so many as hold `most_rows`, evenly spread and the newest among them."""
    rows = sum(segment.rows for segment in segments)
    if rows <= most_rows:
        return segments
    wanted = max(1, len(segments) * most_rows // rows)
    places = {len(segments) - 1 - place * len(segments) // wanted for place in range(wanted)}
    return [segment for place, segment in enumerate(segments) if place in places]


def thinned(frame: pl.DataFrame, keys: Sequence[str], share: float, seed: int) -> pl.DataFrame:
    """About this share of the rows, chosen by their key's hash; by place and `seed` where they have no key.

    A hash is the same for one version of polars, so the same files give the same rows.
    """
    if share >= 1:
        return frame
    hashed = pl.struct(keys).hash() if keys else pl.int_range(pl.len()).hash(seed)
    return frame.filter(hashed <= pl.lit(int(share * _MOST), pl.UInt64))
