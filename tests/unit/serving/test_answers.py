from __future__ import annotations

import pytest

from serin.serving.answers import answer_of


@pytest.mark.parametrize(("score", "label"), [(0.0, False), (0.49999, False), (0.5, True), (1.0, True)])
def test_a_binary_answer_is_positive_from_one_half_on(score: float, label: bool) -> None:
    assert answer_of("binary", (False, True), score) == {"label": label, "probability": score, "positive": True}


def test_a_binary_label_is_the_users_own_word() -> None:
    assert answer_of("binary", ("no", "yes"), 0.9)["label"] == "yes"


def test_a_multiclass_answer_names_every_class() -> None:
    assert answer_of("multiclass", (1, 2, 3), [0.2, 0.7, 0.1]) == {
        "label": 2,
        "probability": 0.7,
        "probabilities": {"1": 0.2, "2": 0.7, "3": 0.1},
    }


def test_a_regression_answer_is_a_value() -> None:
    assert answer_of("regression", (), -3.5) == {"value": -3.5}
