from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serin.data.files.parquet import to_parquet
from serin.data.watching.aligned import aligned_categories
from serin.data.watching.categories import added_categories, category_counts
from serin.data.watching.counts import (
    CategoryCounts,
    NumberCounts,
    added_numbers,
    number_counts,
)
from serin.data.watching.statistics import of_categories
from serin.data.watching.summaries import About, added_up, read_back, stored, summarise, window_of
from serin.domain.errors import Corrupt, Invalid

BEGIN = datetime(2013, 1, 1, tzinfo=UTC)
values = st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(-9, 9).map(float)


def counted(numbers: list[float], cap: int) -> NumberCounts:
    found, counts = np.unique(np.array(numbers, np.float64), return_counts=True)
    return number_counts(found, counts.astype(np.int64), cap=cap)


def texts(names: list[str], cap: int) -> CategoryCounts:
    counted = Counter(names)
    return category_counts(list(counted), np.array(list(counted.values()), np.int64), cap=cap)


def distance(windows: list[CategoryCounts], cap: int) -> tuple[float, float]:
    both = aligned_categories(windows, cap)
    statistics, error = of_categories(both.counts[:1], both.counts[1:], both)
    return float(statistics["mix"][0]), float(error[0])


def frame(rows: int = 300) -> pl.DataFrame:
    random = np.random.default_rng(1)
    at = [BEGIN + timedelta(hours=int(hour)) for hour in random.integers(0, 24 * 14, rows)]
    delay = [None if place % 7 == 0 else float(place % 40) for place in range(rows)]
    origin = [("JFK", "LGA", None)[place % 3] for place in range(rows)]
    return pl.DataFrame({"at": at, "delay": delay, "origin": origin}).with_columns(
        pl.col("at").dt.replace_time_zone("UTC")
    )


@settings(max_examples=settings.default.max_examples)
@given(st.lists(values, max_size=60), st.lists(st.integers(0, 4), min_size=60, max_size=60), st.integers(2, 12))
def test_parts_add_up_to_the_whole_below_the_cap_and_beyond_it(
    numbers: list[float], parts: list[int], cap: int
) -> None:
    of_parts = [[number for number, at in zip(numbers, parts, strict=False) if at == part] for part in range(5)]
    together, whole = added_numbers([counted(of, cap) for of in of_parts], cap), counted(numbers, cap)
    assert together.cells.tolist() == whole.cells.tolist()
    assert together.counts.tolist() == whole.counts.tolist()
    assert replace(together, cells=whole.cells, counts=whole.counts) == whole
    assert len(whole.cells) <= cap


def test_beyond_the_cap_no_number_moves_by_more_than_half_a_cell_and_an_outlier_costs_one() -> None:
    numbers = np.random.default_rng(2).standard_normal(5_000)
    found = number_counts(np.append(numbers, 1e12), np.ones(5_001, np.int64), cap=500)
    assert 250 < len(found.cells) <= 500
    assert 0 < found.width < 0.05
    assert found.maximum == 1e12
    assert found.rows == 5_001


@settings(max_examples=settings.default.max_examples)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3)), max_size=80), st.integers(2, 40))
def test_categories_add_up_in_any_order_below_the_cap_and_beyond_it(rows: list[tuple[int, int]], cap: int) -> None:
    parts = [texts([f"N{number}" for number, at in rows if at == part], cap) for part in range(4)]
    whole = stored({About(BEGIN, "x"): texts([f"N{number}" for number, _ in rows], cap)})
    in_turn = added_categories([added_categories([added_categories(parts[2:], cap), parts[0]], cap), parts[1]], cap)
    assert stored({About(BEGIN, "x"): added_categories(parts, cap)}) == whole
    assert stored({About(BEGIN, "x"): in_turn}) == whole
    assert in_turn.rows == len(rows)
    assert len(in_turn.counts) <= 2 * cap


def test_a_distance_beyond_the_cap_is_near_and_says_how_near() -> None:
    random = np.random.default_rng(3)
    windows = [(random.zipf(1.3, rows) % 6_000).astype(str).tolist() for rows in (60_000, 4_000)]
    exact, none = distance([texts(of, 10_000) for of in windows], 10_000)
    near, error = distance([texts(of, 1_500) for of in windows], 1_500)
    assert none == 0
    assert abs(near - exact) <= error < 0.05
    # Far more of them than are told apart: nothing is claimed.
    _, unknown = distance([texts(of, 40) for of in windows], 40)
    assert unknown > 0.5


def test_days_and_slices_are_counted_each_and_add_up_to_windows() -> None:
    days = summarise(frame(), "at", ("delay", "origin"), ("origin",))
    at_once = summarise(frame(), "at", ("delay", "origin"), ("origin",), every=timedelta(days=3652))
    assert stored(added_up(days.items(), lambda _: min(at_once).at)) == stored(at_once)
    weeks = added_up(days.items(), window_of(timedelta(days=7), BEGIN))
    jfk = [counts for about, counts in weeks.items() if (about.feature, about.value) == ("delay", "JFK")]
    assert len(jfk) == 2
    assert sum(counts.rows for counts in jfk) == 100
    # Rows without an origin belong to no slice, but to the whole.
    assert sum(counts.rows for about, counts in weeks.items() if about.feature == "delay" and not about.column) == 300


def test_summaries_are_read_back_as_they_were_stored() -> None:
    days = summarise(frame(40), "at", ("delay", "origin"), ("origin",))
    assert stored(read_back(stored(days))) == stored(days)
    assert set(read_back(stored(days))) == set(days)
    with pytest.raises(Corrupt, match="no file of summaries"):
        read_back(to_parquet(pl.DataFrame({"x": [1]})))


def test_what_is_not_finite_is_missing_and_minus_zero_is_zero() -> None:
    rows = pl.DataFrame({"at": [BEGIN] * 5, "x": [float("nan"), float("inf"), None, -0.0, 0.0]})
    (counts,) = summarise(rows, "at", ("x",)).values()
    assert isinstance(counts, NumberCounts)
    assert (counts.missing, counts.cells.tolist(), counts.counts.tolist()) == (3, [0.0], [2])


def test_a_feature_of_times_is_refused() -> None:
    with pytest.raises(Invalid, match="of type Datetime"):
        summarise(frame(3), "at", ("at",))
