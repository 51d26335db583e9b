"""Whether a model can be worth anything, from what decisions bring and the labels there are, before one is built."""

from __future__ import annotations

from dataclasses import dataclass

from serin.domain.judgement.policy import Matrix, ValuePolicy


@dataclass(frozen=True)
class Policy:
    """A way to decide and what it brings per 1,000 predictions, in the charter's unit."""

    name: str
    per_1000: float
    what: str


@dataclass(frozen=True)
class Viability:
    """What deciding could bring at most, and what it brings without a model.

    `positive_share` is the labels' share of the positive class. `break_even` is the share of positives among those
    acted on from which on acting pays. `room` is what a perfect model brings over the better of never and always
    acting; `minimum` is what a first release must bring of it.
    """

    unit: str
    rows: int
    positive_share: float
    policies: tuple[Policy, ...]
    break_even: float
    room: float
    minimum: float
    sentence: str


def viability(value: ValuePolicy, positives: int, rows: int) -> Viability:
    """The value of simple policies and of a perfect model on labels of which so many are positive."""
    matrix, share = value.matrix, positives / rows
    never, always = _expected(matrix, share, 0.0, 0.0), _expected(matrix, share, 1.0, 1.0)
    guessing, perfect = _expected(matrix, share, share, share), _expected(matrix, share, 1.0, 0.0)
    room = perfect - max(never, always)
    policies = (
        Policy("nothing", never, "never act"),
        Policy("always", always, "act on everything"),
        Policy("baseline", guessing, "act at random, as often as the label is positive"),
        Policy("perfect", perfect, "act on every positive and on nothing else"),
    )
    sentence = _sentence(value, room, "never" if never >= always else "always")
    even = break_even(matrix)
    return Viability(value.unit, rows, share, policies, even, room, value.minimum_per_1000, sentence)


def break_even(matrix: Matrix) -> float:
    """The probability from which on acting is worth more than not, if probabilities are true."""
    by_acting, by_leaving = matrix.tp - matrix.fn, matrix.tn - matrix.fp
    return by_leaving / (by_acting + by_leaving)


def _expected(matrix: Matrix, share: float, of_positives: float, of_negatives: float) -> float:
    """Per 1,000, when these shares of the positives and of the negatives are acted on."""
    of_one = of_positives * matrix.tp + (1 - of_positives) * matrix.fn
    of_other = of_negatives * matrix.fp + (1 - of_negatives) * matrix.tn
    return 1000 * (share * of_one + (1 - share) * of_other)


def _sentence(value: ValuePolicy, room: float, trivial: str) -> str:
    most = f"a perfect model brings {room:,.0f} {value.unit} per 1,000 more than {trivial} acting"
    needed = f"a first release must bring {value.minimum_per_1000:,.0f}"
    if room < value.minimum_per_1000 or room <= 0:
        return f"Not viable: {most}, and {needed}: no model can."
    return f"Viable if a model reaches {value.minimum_per_1000 / room:.0%} of what is possible: {most}; {needed}."
