"""A line of a bill: what it is for, and the arithmetic behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

DAYS = 30
"""A month here, as everywhere in the platform's own arithmetic."""
SECONDS = DAYS * 86_400
Template = Mapping[str, Any]
Kind = Literal["idle", "requests", "trainings"]
"""What a line follows: nothing at all, how many calls there are, or how many trainings."""


@dataclass(frozen=True)
class Term:
    """So many of something a month, and what one costs in USD."""

    amount: float
    unit: str
    price: float

    @property
    def usd(self) -> float:
        """A month."""
        return self.amount * self.price

    def __str__(self) -> str:
        return f"{_amount(self.amount)} {self.unit} x ${_price(self.price)}"


@dataclass(frozen=True)
class Line:
    """One thing AWS asks money for, of a model or shared by all of a stage (None)."""

    kind: Kind
    what: str
    model: str | None
    terms: tuple[Term, ...]

    @property
    def usd(self) -> float:
        """A month."""
        return sum(term.usd for term in self.terms)

    @property
    def arithmetic(self) -> str:
        """How the sum came about."""
        return " + ".join(map(str, self.terms))

    def __str__(self) -> str:
        return f"{self.what}: {self.arithmetic} = ${self.usd:.2f}"


def total(lines: Iterable[Line], model: str | None) -> float:
    """USD a month of one model's own, or of what all share."""
    return sum(line.usd for line in lines if line.model == model)


def resources_of(templates: Iterable[Template], kind: str) -> list[Mapping[str, Any]]:
    """The properties of every resource of that type."""
    resources = (one for template in templates for one in template["Resources"].values())
    return [one.get("Properties", {}) for one in resources if one["Type"] == kind]


def _amount(number: float) -> str:
    """As people write it, never as 4e-05."""
    if number >= 1000 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.4g}" if number >= 0.001 else f"{number:.6f}"


def _price(usd: float) -> str:
    """Cents at least, and of a fraction of a cent all that matters."""
    cents = f"{usd:,.2f}"
    return cents if float(cents.replace(",", "")) == usd else f"{usd:.10f}".rstrip("0")
