"""What is left of a gain once both models are told how each day was on the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.policy import GatePolicy, Requirements
from serin.learning.columns import LabelledRows
from serin.learning.evidence import evidence_of
from serin.learning.scores import Scores

DAYS, ROWS = 20, 60
RANDOM = np.random.default_rng(7)
DAY = np.repeat(np.arange(DAYS), ROWS)
ODDS = RANDOM.normal(-1.0, 1.0, DAYS * ROWS)
STORMY = RANDOM.choice([0.0, 1.5], DAYS)[DAY]


def probability(odds: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-odds))


LABEL = (RANDOM.random(DAYS * ROWS) < probability(ODDS + STORMY)).astype(float)


def within(challenger: np.ndarray, champion: np.ndarray | None, **gate: Any) -> tuple[Sample | None, Sample | None]:
    count, rows = len(LABEL), np.arange(len(LABEL))
    moment = DAY * 86_400.0
    may_judge = np.ones(count, bool)
    labelled = LabelledRows(label=LABEL, moment=moment, may_judge=may_judge, group=rows, entity=rows, slices={})
    scores = Scores(rows, moment, LABEL, challenger, (0.0, 1.0), champion, None if champion is None else 3)
    asked = Requirements(GatePolicy(**{"metric": "log_loss", "block": "day", **gate}))
    found = evidence_of("binary", asked, labelled, may_judge, scores)
    return found.over_champion, found.within_days


def test_a_level_that_luck_favoured_is_a_gain_and_none_within_days() -> None:
    over, inside = within(probability(ODDS + 0.7), probability(ODDS))
    assert over is not None
    assert inside is not None
    assert np.mean(over.blocks) > 0.02
    assert inside.blocks == pytest.approx([0.0] * len(inside.blocks), abs=1e-6)


def test_a_better_order_is_a_gain_within_days_too() -> None:
    _, inside = within(probability(ODDS), probability(0.3 * ODDS - 0.7))
    assert inside is not None
    assert np.mean(inside.blocks) > 0.02


@pytest.mark.parametrize(
    ("gate", "champion"), [({"metric": "roc_auc"}, True), ({"block": "row"}, True), ({}, False)], ids=str
)
def test_it_is_asked_of_probabilities_and_days_and_where_there_is_a_champion(
    gate: dict[str, Any], champion: bool
) -> None:
    assert within(probability(ODDS), probability(ODDS) if champion else None, **gate)[1] is None
