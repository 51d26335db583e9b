"""Linear models: a weight for each number; of all columns of one category, a table of what they add up to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from serin.learning.compiling.program import Program, Slot
from serin.measures.arrays import Floats
from serin.serving.compiled.layout import Operation


def line(features: Sequence[Slot], weights: Floats, intercept: float, program: Program) -> Slot:
    """The slot of the sum of features by weights; a feature that is no finite number refuses the row."""
    slots, factors = [], []
    tables: dict[tuple[Slot, int], Floats] = {}
    for slot, weight in zip(features, weights.tolist(), strict=True):
        operation, reads, given = program.written_by(slot)
        if operation != Operation.TABLE:
            slots.append(program.one(Operation.FINITE, slot, more=[0]))
            factors.append(weight)
            continue
        # One-hot columns of a category are looked up together: one table in place of dozens of products.
        place, codes = given
        values = program.values(place, codes)
        products = np.where(np.isfinite(values), values * weight, np.inf)
        tables[reads[0], codes] = tables.get((reads[0], codes), np.zeros(codes)) + products
    for (slot, codes), values in tables.items():
        slots.append(program.add(Operation.TABLE, [slot], [program.constants(values), codes])[0])
        factors.append(1.0)
    return program.add(Operation.LINEAR, slots, [program.constants([*factors, intercept])])[0]
