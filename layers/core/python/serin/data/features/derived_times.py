"""Where derived times lie: so near to a time of the contract that rows need not be derived to know which matter."""

from __future__ import annotations

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.domain.contracts import Contract

NOWHERE = (2**62, -(2**62))
"""The distances of a column without values."""


def anchor_of(contract: Contract) -> str | None:
    """The column that distances are measured from: the contract's first time."""
    return next((column.name for column in contract.columns if column.type == "timestamp"), None)


def offsets_of(derived: pl.DataFrame, anchor: str, contract: Contract) -> dict[str, tuple[int, ...]]:
    """By each time that is derived, the least and the greatest distance from the anchor in microseconds.

    A time of a row that has no anchor may lie anywhere, so its column is left out.
    """
    known = {column.name for column in contract.columns}
    names = [name for name, dtype in derived.schema.items() if dtype == TIMESTAMP and name not in known]
    offsets: dict[str, tuple[int, ...]] = {}
    for name in names:
        distance = (pl.col(name) - pl.col(anchor)).dt.total_microseconds()
        lost = (pl.col(name).is_not_null() & pl.col(anchor).is_null()).any()
        least, greatest, unknown = derived.select(
            distance.min(), distance.max().alias("greatest"), lost.alias("lost")
        ).row(0)
        if not unknown:
            offsets[name] = NOWHERE if least is None else (least, greatest)
    return offsets
