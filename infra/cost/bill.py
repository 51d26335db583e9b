"""The bill of one model: all lines of a month, and beside it what other endpoints would cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from infra.cost.assumptions import Assumptions
from infra.cost.idle import idle_of
from infra.cost.lines import Kind, Line, Template
from infra.cost.requests import requests_of
from infra.cost.sagemaker import OTHERS, Other, break_even
from infra.cost.trainings import trainings_of
from serin.domain.charter import Charter


@dataclass(frozen=True)
class Compared:
    """Another endpoint for the same calls, and from how many a day on ours costs more (None: never).

    `answering_from` is the same for what answers calls alone: without watching, trainings, and what all models share.
    """

    line: Line
    assumes: tuple[str, ...]
    dearer_from: float | None
    answering_from: float | None


@dataclass(frozen=True)
class Bill:
    """A month of a model with what all models of its stage share, as if it were the only one."""

    model: str
    requests_per_day: float
    lines: tuple[Line, ...]
    compared: tuple[Compared, ...] = field(default=())

    @property
    def usd(self) -> float:
        """All of it."""
        return sum(line.usd for line in self.lines)

    def of_kind(self, kind: Kind) -> float:
        """The lines of one kind, together."""
        return sum(line.usd for line in self.lines if line.kind == kind)


def bill_of(
    templates: Sequence[Template], models: Sequence[str], charter: Charter, a_day: float, assumed: Assumptions
) -> Bill:
    """What the model costs for so many requests a day; `models` are all of the stage, whose own lines are left out."""
    idle = [line for line in idle_of(templates, models, assumed) if line.model in (None, charter.model)]
    standing = [*idle, *trainings_of(templates, charter, assumed)]

    def answering(a_day: float) -> float:
        return sum(line.usd for line in requests_of(templates, charter, a_day, assumed))

    def together(a_day: float) -> float:
        return sum(line.usd for line in standing) + answering(a_day)

    def compared(other: Other) -> Compared:
        return Compared(
            other.line(a_day, assumed),
            other.assumes,
            break_even(together, other, assumed),
            break_even(answering, other, assumed),
        )

    lines = (*standing, *requests_of(templates, charter, a_day, assumed))
    return Bill(charter.model, a_day, lines, tuple(map(compared, OTHERS)))
