from __future__ import annotations

import numpy as np
import pytest

from serin.measures.blocks import Blocks

DAY = 86_400.0
NOBODY = np.zeros(0, dtype=np.int64)


def places(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int64)


def test_days_are_counted_back_from_the_newest_row_and_none_is_a_part_of_one() -> None:
    moments = np.arange(0, 14 * DAY + 1, 3600.0)
    blocks = Blocks("day", moments, places(len(moments)))
    assert blocks.count == 14
    assert set(np.bincount(blocks.of).tolist()) == {24, 25}
    assert blocks.of[0] == 0
    assert blocks.of[-1] == 13


def test_days_are_in_order_and_those_without_rows_are_left_out() -> None:
    moments = np.array([20.0, 30.0, 5 * DAY, 5 * DAY + 10])
    blocks = Blocks("day", moments, places(4))
    assert blocks.of.tolist() == [0, 0, 1, 1]
    assert blocks.ordered


def test_an_entitys_rows_are_one_block_wherever_they_are() -> None:
    blocks = Blocks("entity", np.arange(4.0), np.array([7, 3, 7, 7]))
    assert blocks.of.tolist() == [1, 0, 1, 1]
    assert not blocks.ordered


def test_each_row_is_a_block_of_its_own() -> None:
    blocks = Blocks("row", np.zeros(3), np.zeros(3, dtype=np.int64))
    sample = blocks.numbers(np.array([1.0, 2.0, 6.0]))
    assert list(sample.blocks) == [1.0, 2.0, 6.0]
    assert not sample.ordered


def test_numbers_have_the_rows_mean_however_uneven_the_blocks() -> None:
    blocks = Blocks("entity", np.arange(4.0), np.array([0, 1, 1, 1]))
    values = np.array([10.0, 1.0, 2.0, 3.0])
    sample = blocks.numbers(values)
    assert np.mean(sample.blocks) == pytest.approx(values.mean())
    assert sample.blocks[0] == pytest.approx(4.0 + 6.0 * 2 / 4)
    assert sample.rows == 4


def test_a_block_of_one_row_does_not_weigh_as_much_as_a_whole_day() -> None:
    """One odd row at the edge moves the mean as one row, not as a day."""
    moments = np.concatenate([[0.0], np.arange(DAY + 1, 11 * DAY, 60.0)])
    values = np.concatenate([[-1000.0], np.ones(len(moments) - 1)])
    sample = Blocks("day", moments, places(len(moments))).numbers(values)
    assert np.mean(sample.blocks) == pytest.approx(values.mean())
    assert np.mean(sample.blocks) > 0.9


def test_blocks_without_a_row_of_the_slice_are_left_out() -> None:
    blocks = Blocks("entity", np.arange(4.0), np.array([0, 0, 1, 2]))
    sample = blocks.numbers(np.array([1.0, 5.0]), np.array([True, False, False, True]))
    assert list(sample.blocks) == [1.0, 5.0]


def test_no_rows_are_no_blocks() -> None:
    for block in ("day", "entity", "row"):
        sample = Blocks(block, np.zeros(0), NOBODY).numbers(np.zeros(0))  # type: ignore[arg-type]
        assert (list(sample.blocks), sample.rows) == ([], 0)
