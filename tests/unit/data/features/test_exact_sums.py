"""Sums are those of exact numbers rounded once, whatever else is in the table and however it is split."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from serin.data.features.exact_sums import exact_sums
from serin.data.features.spans import last_holding
from serin.domain.arithmetic import exact_sum

PLACES = 8
SPECIAL = [0.1, 0.2, 0.3, 1e-9, 1e30, -1e30, 1e300, -1e300, 5e-324, -0.0, 1.7e308, -1.7e308, 2.0**53, 2.0**-53]
floats = st.one_of(st.sampled_from(SPECIAL), st.floats(allow_nan=False, allow_infinity=False))
wholes = st.one_of(st.sampled_from([2**63 - 1, -(2**63), 2**53 + 1]), st.integers(-(2**63), 2**63 - 1))
ranges = st.tuples(st.integers(0, PLACES), st.integers(0, PLACES)).map(lambda pair: (min(pair), max(pair)))
Range = tuple[int, int]


def columns(spans: Sequence[Range]) -> Any:
    return (np.array([span[side] for span in spans], dtype=np.int64) for side in (0, 1))


def sums(values: Sequence[float], spans: Sequence[Range], kind: Any) -> list[float]:
    starts, ends = columns(spans)
    return exact_sums(np.array(values, dtype=kind), starts, ends, PLACES).tolist()  # type: ignore[no-any-return]


def check(values: Sequence[float], spans: Sequence[Range], kind: Any) -> None:
    for place, found in enumerate(sums(values, spans, kind)):
        held = [value for value, (start, end) in zip(values, spans, strict=True) if start <= place < end]
        right = exact_sum(held) if held else 0.0
        assert (None if math.isinf(found) else found.hex()) == (None if right is None else right.hex()), held


@given(st.lists(st.tuples(floats, ranges), max_size=12))
def test_floats(rows: list[tuple[float, Range]]) -> None:
    check([value for value, _ in rows], [span for _, span in rows], np.float64)


@given(st.lists(st.tuples(wholes, ranges), max_size=12))
def test_whole_numbers(rows: list[tuple[int, Range]]) -> None:
    check([value for value, _ in rows], [span for _, span in rows], np.int64)


@given(st.lists(st.tuples(floats, st.booleans()), min_size=1, max_size=12))
def test_what_else_is_in_the_table_changes_no_bit(rows: list[tuple[float, bool]]) -> None:
    """Two entities in one table, and each in its own."""
    together = sums([value for value, _ in rows], [(0, 1) if first else (1, 2) for _, first in rows], np.float64)
    apart = [sums(mine, [(0, 1)] * len(mine), np.float64)[0] for mine in
             ([value for value, first in rows if first is side] for side in (True, False))]  # fmt: skip
    assert together[:2] == apart


@given(st.lists(ranges, max_size=20))
def test_of_the_ranges_that_hold_a_place_the_last_is_found(spans: list[Range]) -> None:
    starts, ends = columns(spans)
    for place, found in enumerate(last_holding(starts, ends, PLACES)):
        assert found == max((n for n, (start, end) in enumerate(spans) if start <= place < end), default=-1)
