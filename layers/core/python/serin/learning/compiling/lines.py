"""Linear models: a weight for each number; of all columns of one category, a table of what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from serin.learning.compiling.program import Program, Slot
from serin.measures.arrays import Floats
from serin.serving.compiled.layout import Operation


@dataclass(frozen=True)
class Line:
    """A sum of weighted slots, and for each of them the features in it, by place and weight."""

    slot: Slot
    intercept: float
    terms: tuple[tuple[Slot, tuple[tuple[int, float], ...]], ...]


def line(features: Sequence[Slot], weights: Floats, intercept: float, program: Program) -> Line:
    """The sum of features by weights; a feature that is no finite number refuses the row."""
    factors: list[float] = []
    terms: list[tuple[Slot, tuple[tuple[int, float], ...]]] = []
    tables: dict[tuple[Slot, int], tuple[Floats, list[tuple[int, float]]]] = {}
    for feature, (slot, weight) in enumerate(zip(features, weights.tolist(), strict=True)):
        operation, reads, given = program.written_by(slot)
        if operation != Operation.TABLE:
            terms.append((program.one(Operation.FINITE, slot, more=[0]), ((feature, weight),)))
            factors.append(weight)
            continue
        # One-hot columns of a category are looked up together: one table in place of dozens of products.
        place, codes = given
        values = program.values(place, codes)
        table, among = tables.setdefault((reads[0], codes), (np.zeros(codes), []))
        table += np.where(np.isfinite(values), values * weight, np.inf)
        among.append((feature, weight))
    for (slot, codes), (table, among) in tables.items():
        terms.append((program.add(Operation.TABLE, [slot], [program.constants(table), codes])[0], tuple(among)))
        factors.append(1.0)
    slots = [slot for slot, _ in terms]
    sum_of = program.add(Operation.LINEAR, slots, [program.constants([*factors, intercept])])[0]
    return Line(sum_of, intercept, tuple(terms))
