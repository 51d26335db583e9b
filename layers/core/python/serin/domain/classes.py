"""Which of two classes is the positive one: the class whose probability is given, and that value and metrics mean.

Classes are kept in the order of the scores, and of two the positive one is the last. Nothing else relies on that.
"""

from __future__ import annotations

from collections.abc import Sequence

from serin.domain.errors import Invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from serin.domain.charter import Scalar

_REMEDY = "Write `positive: {}` at the top of the charter: the class whose probability is asked for."


def positive_of(classes: Sequence[Scalar]) -> Scalar:
    """The positive one of two classes in the order of their scores."""
    return classes[-1]


def negative_of(classes: Sequence[Scalar]) -> Scalar:
    """The other one."""
    return classes[0]


def says_itself(classes: Sequence[Scalar]) -> bool:
    """Whether two classes are false and true, or 0 and 1: what is positive needs no word then."""
    return not any(isinstance(value, str) for value in classes) and sorted(classes) == [0, 1]


def two_classes(first: Scalar, second: Scalar, positive: Scalar | None) -> tuple[Scalar, Scalar]:
    """Two classes of a label, the positive one last.

    Raises Invalid when the charter's `positive` is neither, or is not said of classes that do not say it themselves:
    an order of the alphabet would decide what a probability means.
    """
    if positive is None:
        if says_itself((first, second)):
            return (first, second) if first < second else (second, first)  # type: ignore[operator]
        raise Invalid(
            f"The label has the classes {first!r} and {second!r}, and nothing says which is the positive one.",
            _REMEDY.format(second),
            "positive",
        )
    if positive not in (first, second):
        raise Invalid(
            f"positive is {positive!r}, and the label has the classes {first!r} and {second!r}.",
            _REMEDY.format(second),
            "positive",
        )
    return (second, first) if positive == first else (first, second)
