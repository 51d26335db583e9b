"""Which rows are looked at when there are too many: always the same ones, and all versions of a row or none."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.domain.datasets import Part

_MOST = 2**64 - 1


def spread(parts: Sequence[Part], most_rows: int) -> Sequence[Part]:
    """The parts to read: all of them, or so many as hold `most_rows`, evenly spread and the newest among them."""
    rows = sum(part.rows for part in parts)
    if rows <= most_rows:
        return parts
    wanted = max(1, len(parts) * most_rows // rows)
    places = {len(parts) - 1 - place * len(parts) // wanted for place in range(wanted)}
    return [part for place, part in enumerate(parts) if place in places]


def thinned(frame: pl.DataFrame, keys: Sequence[str], share: float, seed: int) -> pl.DataFrame:
    """About this share of the rows, chosen by their key's hash; by place and `seed` where they have no key.

    A hash is the same for one version of polars, so the same files give the same rows.
    """
    if share >= 1:
        return frame
    hashed = pl.struct(keys).hash() if keys else pl.int_range(pl.len()).hash(seed)
    return frame.filter(hashed <= pl.lit(int(share * _MOST), pl.UInt64))
