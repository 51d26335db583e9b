from __future__ import annotations

import numpy as np
import pytest

from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.policy import Matrix
from serin.domain.judgement.viability import break_even
from serin.learning.shares import Share, at_share, share_of
from serin.measures.blocks import Blocks
from serin.measures.decisions import choose, decided, trivially

MATRIX = Matrix(40, -20, 0, 0)
POSITIVE = np.array([True, False, True, False, False])


def test_the_threshold_is_the_one_that_brings_most() -> None:
    score = np.array([0.9, 0.8, 0.7, 0.2, 0.1])
    chosen = choose(POSITIVE, score, MATRIX)
    assert chosen.threshold == 0.7
    assert decided(POSITIVE, score, 0.7, MATRIX).tolist() == [40, -20, 40, 0, 0]


def test_every_threshold_is_tried() -> None:
    random = np.random.default_rng(2)
    for _ in range(50):
        positive, score = random.random(30) < 0.4, np.round(random.random(30), 1)
        best = max(decided(positive, score, at, MATRIX).sum() for at in [*score, 2.0])
        assert decided(positive, score, choose(positive, score, MATRIX).threshold, MATRIX).sum() == best


def test_who_knows_nothing_acts_on_nobody_where_acting_costs() -> None:
    dear = Matrix(1, -100, 0, 0)
    chosen = choose(POSITIVE, np.full(5, 0.4), dear)
    assert chosen.threshold > 0.4
    assert chosen.trivial == "never"


def test_always_acting_is_the_better_trivial_policy_where_it_pays() -> None:
    cheap = Matrix(40, -1, 0, 0)
    chosen = choose(POSITIVE, np.full(5, 0.4), cheap)
    assert (chosen.threshold, chosen.trivial) == (0.4, "always")
    assert trivially(POSITIVE, "always", cheap).tolist() == [40, -1, 40, -1, -1]
    assert trivially(POSITIVE, "never", cheap).tolist() == [0, 0, 0, 0, 0]


def test_without_rows_the_threshold_is_the_break_even() -> None:
    none = np.zeros(0)
    assert choose(none.astype(bool), none, MATRIX).threshold == break_even(MATRIX) == pytest.approx(1 / 3)


def test_value_is_told_at_the_share_of_positives_of_all_rows() -> None:
    """Half of the judging rows are positive, and a quarter of all."""
    positive, values = np.arange(40) % 2 == 0, np.where(np.arange(40) % 2 == 0, 40.0, -20.0)
    blocks = Blocks("row", np.zeros(40), np.zeros(40, dtype=np.int64))
    sample = at_share(values, positive, blocks, Share(0.25, 0.0))
    assert np.mean(sample.blocks) == pytest.approx(0.25 * 40 - 0.75 * 20)


def test_what_is_not_known_of_the_share_makes_the_value_less_sure() -> None:
    random = np.random.default_rng(4)
    positive, blocks = random.random(200) < 0.5, Blocks("row", np.zeros(200), np.zeros(200, dtype=np.int64))
    values = np.where(positive, 40.0, -20.0) + random.normal(size=200)
    sure = uncertain(at_share(values, positive, blocks, Share(0.3, 0.0)))
    less = uncertain(at_share(values, positive, blocks, Share(0.3, 0.01)))
    assert sure is not None
    assert less is not None
    means = values[positive].mean() - values[~positive].mean()
    assert less.error**2 == pytest.approx(sure.error**2 + means**2 * 0.01)


def test_rows_of_one_class_have_their_own_mean() -> None:
    blocks = Blocks("row", np.zeros(4), np.zeros(4, dtype=np.int64))
    sample = at_share(np.array([1.0, 2.0, 3.0, 6.0]), np.ones(4, bool), blocks, Share(0.2, 0.0))
    assert np.mean(sample.blocks) == 3.0


def test_the_share_of_positives_is_as_sure_as_its_blocks() -> None:
    entity = np.repeat(np.arange(50), 4)
    positive = np.repeat(np.arange(50) % 2 == 0, 4)
    alike = share_of(positive, Blocks("entity", np.zeros(200), entity))
    apart = share_of(positive, Blocks("row", np.zeros(200), entity))
    assert alike.positive == apart.positive == 0.5
    assert alike.variance > 3 * apart.variance
