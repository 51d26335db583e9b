"""When what was counted over a dataset is counted again: not with every row, or each would cost all before it."""

from __future__ import annotations

SMALL = 10_000
"""Rows that are counted again with every upload."""
GROWTH = 0.1
"""The share of rows that may have come before more are counted again."""


def has_outgrown(counted: int, rows: int, growth: float = GROWTH) -> bool:
    """Whether a dataset of `rows` by now is no longer told by what was counted when it had so many."""
    return rows - counted > growth * counted
