"""What is said of a margin that the kernel explains: means, and from which column each feature comes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from serin.learning.compiling.estimators import GRADIENT, HISTOGRAM, Site
from serin.learning.compiling.program import Program, Slot
from serin.serving.compiled.layout import Margin, Operation


def margin_of(sites: Sequence[Site], program: Program) -> Margin | None:
    """The margin of a model with one ensemble of boosted trees; None for others: forests' trees are too deep."""
    if len(sites) != 1 or type(sites[0].estimator) not in (*HISTOGRAM, *GRADIENT):
        return None
    ensemble = sites[0].ensemble
    means = np.array(ensemble.start, dtype=np.float64)
    for tree in ensemble.trees:
        leaves = tree.left < 0
        width = tree.values.shape[1]
        means[tree.output : tree.output + width] += np.average(tree.values[leaves], axis=0, weights=tree.covers[leaves])
    slots = tuple(dict.fromkeys(ensemble.features))
    return Margin(tuple(means.tolist()), slots, tuple(_column(slot, program) for slot in slots))


def _column(slot: Slot, program: Program) -> int:
    operation, reads, given = program.written_by(slot)
    return given[0] if operation in (Operation.NUMBER, Operation.CODE) else _column(reads[0], program)
