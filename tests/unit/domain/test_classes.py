"""One function says which of two classes is the positive one."""

from __future__ import annotations

from typing import Any

import pytest

from serin.domain.classes import negative_of, positive_of, two_classes
from serin.domain.errors import Invalid


@pytest.mark.parametrize(
    ("classes", "positive"),
    [((True, False), True), ((1, 0), 1), ((0.0, 1.0), 1.0)],
)
def test_true_and_one_are_positive_without_a_word(classes: tuple[Any, Any], positive: Any) -> None:
    ordered = two_classes(*classes, None)
    assert (positive_of(ordered), negative_of(ordered)) == (positive, 1 - positive)


@pytest.mark.parametrize("classes", [("bad", "good"), (1, 2), ("0", "1"), (-1, 1)])
def test_no_alphabet_decides_between_other_classes(classes: tuple[Any, Any]) -> None:
    with pytest.raises(Invalid, match="nothing says which is the positive one") as caught:
        two_classes(*classes, None)
    assert caught.value.field == "positive"


def test_the_charter_decides_in_either_direction() -> None:
    assert two_classes("bad", "good", "bad") == ("good", "bad")
    assert two_classes("bad", "good", "good") == ("bad", "good")
    assert two_classes(False, True, False) == (True, False)


def test_a_positive_class_that_the_label_does_not_have_is_refused() -> None:
    with pytest.raises(Invalid, match="positive is 'late', and the label has the classes 'bad' and 'good'"):
        two_classes("bad", "good", "late")
