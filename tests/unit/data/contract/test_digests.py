from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from serin.data.contract.digests import row_digests

MOMENT = datetime(2013, 1, 1, 8, 15, tzinfo=UTC)
ROWS = pl.DataFrame(
    {
        "size": [1, -2, None],
        "amount": [0.5, -0.0, None],
        "shop": ["north", "", None],
        "open": [True, False, None],
        "at": [MOMENT, MOMENT.replace(microsecond=1), None],
        "day": [date(2013, 1, 1), date(1969, 12, 31), None],
    },
    schema_overrides={"at": pl.Datetime("us", "UTC")},
)

GOLDEN = [4246859100141343445, 11599661693598319858, 0]


def test_digests_are_the_same_in_every_process_and_version() -> None:
    # Digests of years ago lie in the lake: another value here would make every row of every dataset new.
    assert row_digests(ROWS).tolist() == GOLDEN


def test_the_order_of_columns_and_a_column_without_values_do_not_matter() -> None:
    found = row_digests(ROWS)
    assert row_digests(ROWS.select(reversed(ROWS.columns))).tolist() == found.tolist()
    assert row_digests(ROWS.with_columns(pl.lit(None, pl.String).alias("new"))).tolist() == found.tolist()


def test_zero_has_one_digest() -> None:
    found = row_digests(pl.DataFrame({"amount": [0.0, -0.0]}))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", ROWS.columns)
def test_each_column_has_a_say_and_a_null_is_no_value(name: str) -> None:
    other = ROWS.with_columns(pl.col(name).gather([1, 0, 2]))
    found, changed = row_digests(ROWS), row_digests(other)
    assert (found[:2] != changed[:2]).all()
    assert found[2] == changed[2]
    assert row_digests(ROWS.with_columns(pl.col(name).gather([2, 1, 2])))[0] != found[0]


def test_values_that_swap_columns_are_another_row() -> None:
    one, other = (row_digests(pl.DataFrame({"a": [left], "b": [right]})) for left, right in ((1, 2), (2, 1)))
    assert one[0] != other[0]


@pytest.mark.slow
def test_texts_of_any_length_are_told_apart_whether_they_come_once_or_often() -> None:
    texts = ["", "\0", "a", "a\0", "abcdefgh", "abcdefgh\0", "abcdefghi", "é" * 4, "x" * 8_000, "x" * 7_999 + "y"]
    once = row_digests(pl.DataFrame({"text": texts}))
    assert len(np.unique(once)) == len(texts)
    assert row_digests(pl.DataFrame({"text": texts * 3})).tolist() == once.tolist() * 3


@pytest.mark.slow
def test_many_rows_of_small_numbers_have_a_digest_each() -> None:
    side = np.arange(700)
    table = pl.DataFrame({"a": np.repeat(side, 700), "b": np.tile(side, 700)})
    assert len(np.unique(row_digests(table))) == 490_000
