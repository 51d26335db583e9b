"""Probabilities at the level of their block."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.learning.levels import at_level


def drawn(seed: int, rows: int, blocks: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    block = np.concatenate([np.arange(blocks), random.integers(0, blocks, rows)]).astype(np.intp)
    score = random.beta(0.3, 0.7, len(block))
    return score, random.random(len(block)) < 0.3, block


@given(st.integers(0, 10**6), st.integers(0, 200), st.integers(1, 8))
def test_each_blocks_mean_is_its_share_of_positives_and_its_order_stays(seed: int, rows: int, blocks: int) -> None:
    score, positive, block = drawn(seed, rows, blocks)
    moved = at_level(score, positive, block)
    assert ((moved >= 0) & (moved <= 1)).all()
    for number in range(blocks):
        of = block == number
        assert moved[of].mean() == pytest.approx(positive[of].mean(), abs=1e-6)
        order = np.argsort(score[of], kind="stable")
        assert (np.diff(moved[of][order]) >= -1e-12).all()


@given(st.integers(0, 10**6), st.floats(-6, 6))
def test_models_that_differ_by_a_blocks_level_alone_say_the_same(seed: int, shift: float) -> None:
    score, positive, block = drawn(seed, 60, 3)
    score = np.clip(score, 1e-4, 1 - 1e-4)
    odds = np.log(score / (1 - score)) + shift * (block + 1)
    other = 1 / (1 + np.exp(-odds))
    assert at_level(other, positive, block) == pytest.approx(at_level(score, positive, block), abs=1e-6)


def test_certain_scores_and_no_rows_are_numbers_too() -> None:
    certain = at_level(np.array([0.0, 1.0, 1.0]), np.array([True, False, True]), np.zeros(3, np.intp))
    assert np.isfinite(certain).all()
    assert len(at_level(np.zeros(0), np.zeros(0, np.bool_), np.zeros(0, np.intp))) == 0
