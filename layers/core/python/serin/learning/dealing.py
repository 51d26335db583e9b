"""Rows dealt into parts by chance: entities whole, and about the same labels in every part."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from serin.domain.errors import Invalid
from serin.domain.names import digest
from serin.learning.columns import LabelledRows
from serin.measures.arrays import Mask

Parts = npt.NDArray[np.intp]


def dealt(columns: LabelledRows, rows: Mask, parts: int, seed: str) -> Parts:
    """The part of each of some rows, from 0 on, and -1 for the others; equal seeds deal equally.

    Rows of one entity lie in one part. Entities in order of their first row's label are dealt a hand at a time, one to
    each part in random order, so that parts have the same labels but for one hand. Raises Invalid for fewer entities
    than parts.
    """
    of = np.full(len(rows), -1, dtype=np.intp)
    ids, first, inverse = np.unique(columns.entity[rows], return_index=True, return_inverse=True)
    if len(ids) < parts:
        raise Invalid(
            f"The rows are about {len(ids)} different entities, and {parts} parts are needed to judge by.",
            "Upload rows about more of them, or name another entity in truth.entity.",
            "truth.entity",
        )
    random = np.random.default_rng(int(digest(seed)[:16], 16))
    by_label = np.lexsort((random.random(len(ids)), columns.label[rows][first]))
    hand = np.empty(len(ids), dtype=np.intp)
    hand[by_label] = np.arange(len(ids)) // parts
    # The last hand may be short: who gets of it must not always be the same part.
    order = np.lexsort((random.random(len(ids)), hand))
    part = np.empty(len(ids), dtype=np.intp)
    part[order] = (np.arange(len(ids)) + int(random.integers(parts))) % parts
    of[rows] = part[inverse]
    return of
