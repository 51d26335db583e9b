from __future__ import annotations

import numpy as np
import pytest

from serin.measures.blocks import Blocks
from serin.measures.calibration import BINS, FEWEST, calibration_bins

ROWS = 4000
RANDOM = np.random.default_rng(0)
TRUE = RANDOM.random(ROWS)
SO = (RANDOM.random(ROWS) < TRUE).astype(np.float64)
BLOCKS = Blocks("row", np.zeros(ROWS), np.arange(ROWS))


def test_a_probability_that_is_right_lies_within_the_interval_of_nearly_each_bin() -> None:
    bins = list(calibration_bins(TRUE, SO, BLOCKS))
    assert [part.truth.rows for part in bins] == [ROWS // BINS] * BINS
    inside = [
        part.truth.low is not None and part.truth.high is not None and part.truth.low < part.score < part.truth.high
        for part in bins
    ]
    assert sum(inside) >= BINS - 2


def test_one_that_is_too_sure_lies_outside() -> None:
    bins = list(calibration_bins(TRUE**3, SO, BLOCKS))
    assert all(part.truth.low is not None and part.truth.low > part.score for part in bins[3:8])


def test_equal_scores_are_never_apart_and_few_rows_make_few_bins() -> None:
    same = np.repeat([0.1, 0.9], ROWS // 2)
    assert [(part.score, part.truth.rows) for part in calibration_bins(same, SO, BLOCKS)] == [
        (pytest.approx(0.1), ROWS // 2),
        (pytest.approx(0.9), ROWS // 2),
    ]
    few = Blocks("row", np.zeros(FEWEST - 1), np.arange(FEWEST - 1))
    assert list(calibration_bins(TRUE[: FEWEST - 1], SO[: FEWEST - 1], few)) == []
