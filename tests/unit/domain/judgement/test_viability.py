from __future__ import annotations

import pytest

from serin.domain.judgement.policy import Matrix, ValuePolicy
from serin.domain.judgement.viability import break_even, viability

USD = ValuePolicy("USD", Matrix(40, -20, 0, 0), 500)


def test_each_policy_has_its_value_on_the_labels_there_are() -> None:
    found = viability(USD, positives=200, rows=1000)
    assert {policy.name: round(policy.per_1000, 6) for policy in found.policies} == {
        "nothing": 0.0,
        "always": 200 * 40 - 800 * 20,
        "baseline": 40 * 40 - 160 * 20,
        "perfect": 8000,
    }
    assert (found.positive_share, found.rows, found.room) == (0.2, 1000, 8000)
    assert found.break_even == pytest.approx(1 / 3)
    assert found.sentence.startswith("Viable if a model reaches 6% of what is possible")


def test_what_no_model_can_bring_is_said_before_one_is_built() -> None:
    found = viability(ValuePolicy("minutes", USD.matrix, 9000), positives=200, rows=1000)
    assert found.sentence.startswith(
        "Not viable: a perfect model brings 8,000 minutes per 1,000 more than never acting"
    )
    assert found.sentence.endswith("no model can.")


def test_the_room_is_over_always_acting_where_that_is_better() -> None:
    found = viability(ValuePolicy("USD", Matrix(40, -1, 0, 0)), positives=500, rows=1000)
    assert found.room == pytest.approx(500)
    assert "than always acting" in found.sentence


def test_break_even_counts_what_leaving_alone_brings() -> None:
    assert break_even(Matrix(tp=10, fp=-10, fn=-10, tn=10)) == 0.5
    assert break_even(Matrix(tp=10, fp=-1, fn=-10, tn=0)) == pytest.approx(1 / 21)
