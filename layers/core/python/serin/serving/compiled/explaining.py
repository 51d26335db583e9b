"""Scores of a compiled model told apart by columns: what each adds to the margin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from serin.domain.errors import Corrupt, Unavailable
from serin.domain.features import Value
from serin.serving.compiled.margins import Margins
from serin.serving.compiled.model import CompiledModel


@dataclass(frozen=True)
class Explanation:
    """A margin as a sum: what it is where no column is known, and what each column adds."""

    base: float
    contributions: Mapping[str, float]

    @property
    def margin(self) -> float:
        """What they add up to."""
        return self.base + sum(self.contributions.values())


def margins_of(model: CompiledModel) -> Margins:
    """How its scores are explained; raises Unavailable with the reason where they are not."""
    try:
        margins = model.about.margins
    except Corrupt as error:
        raise Unavailable(error.message, error.remedy) from error
    if margins is None:
        why = model.about.unexplained or "it says nothing of how its scores came to be"
        raise Unavailable(f"This model's scores are not explained: {why}.", "Ask for the prediction alone.")
    return margins


def explained(model: CompiledModel, row: Mapping[str, Value]) -> list[Explanation]:
    """An explanation for each margin: one, or of a multiclass task one for each class that the model has seen.

    A column that became several features has their sum. Raises Unavailable for a model whose scores are not explained,
    ValueError for a row that is refused.
    """
    margins = margins_of(model)
    slots = model.slots_of(row)
    names = [column.name for column in model.about.columns]
    explanations = []
    for parts in margins.outputs:
        base, sums = 0.0, dict.fromkeys(names, 0.0)
        for part in parts:
            added = model.added(slots, part.slot, by_the_way=margins.method == "saabas")
            centres = part.centres or (0.0,) * len(margins.slots)
            base += part.weight * part.base
            for slot, column, centre in zip(margins.slots, margins.columns, centres, strict=True):
                sums[names[column]] += part.weight * (added[slot] - centre)
        explanations.append(Explanation(base, sums))
    return explanations
