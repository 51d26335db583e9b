from __future__ import annotations

import polars as pl

from serin.data.features.standing import standing


def found(values: list[int], copied: list[int] | None = None) -> list[tuple[bool, int]]:
    copies = pl.Series([place in (copied or []) for place in range(len(values))], dtype=pl.Boolean)
    return standing(pl.DataFrame({"a": values}), copies).rows()


def test_no_copy_judges_and_it_stays_with_what_it_is_a_copy_of() -> None:
    assert found([5, 6, 5, 7], copied=[2]) == [(True, 0), (True, 1), (False, 0), (True, 3)]


def test_equal_rows_of_a_nearly_unique_table_stay_together() -> None:
    assert [group for _, group in found([*range(40), 7, 7])][-2:] == [7, 7]


def test_a_table_that_was_copied_as_a_whole_is_still_nearly_unique() -> None:
    twice = found([*range(40), 7, *range(40)], copied=list(range(41, 81)))
    assert [group for _, group in twice] == [*range(40), 7, *range(40)]


def test_real_rows_that_repeat_in_a_table_of_few_values_are_each_by_themselves() -> None:
    assert found([1, 2, 1, 2, 1, 1]) == [(True, place) for place in range(6)]


def test_no_rows_have_no_standing() -> None:
    assert found([]) == []
