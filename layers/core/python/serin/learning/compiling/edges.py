"""Rows at the edges of a model: both sides of every split, nulls, categories never seen, numbers at their ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from serin.learning.compiling.columns import UNSEEN
from serin.learning.compiling.estimators import Site
from serin.learning.compiling.origins import Origin, origin_of
from serin.learning.compiling.program import Program
from serin.learning.compiling.trees import Numbers, Tree
from serin.measures.arrays import Floats
from serin.serving.manifest import ModelColumn

BASES = 3
PROBES = 12
"""Inputs tried at a split, at most."""
_LARGEST = float(np.finfo(np.float32).max)
EXTREMES = tuple(
    sign * value
    for value in (
        *(0.0, 1.0, 5e-324, 1e-310, 1e-45, 255.0, 256.0, 2.0**31, 2.0**53),
        *(_LARGEST, 3.5e38, 1e300, 1e308, np.inf),
    )
    for sign in (1.0, -1.0)
)


@dataclass(frozen=True, eq=False)
class Probes:
    """Rows to change: the row each begins as, the column that is changed, and to what."""

    bases: Numbers
    columns: Numbers
    values: list[Any]
    splits: int = 0

    def table(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The changed rows."""
        table = rows.iloc[self.bases].reset_index(drop=True)
        values = np.array([*self.values, None], dtype=object)[:-1]
        for place, name in enumerate(table.columns):
            changed = self.columns == place
            column = table[name].to_numpy(copy=True)
            column[changed] = values[changed].astype(column.dtype)
            table[name] = column
        return table


def plain_edges(rows: pd.DataFrame, columns: Sequence[ModelColumn]) -> pd.DataFrame:
    """Some rows with each column null, at each of its ends, at each category and at none; and one with all null."""
    bases = np.linspace(0, len(rows) - 1, BASES).astype(np.int64)
    changes = [(place, value) for place, column in enumerate(columns) for value in _ends(column)]
    probes = Probes(
        np.tile(bases, len(changes)),
        np.repeat([place for place, _ in changes], BASES),
        [value for _, value in changes for _ in range(BASES)],
    )
    nothing = rows.iloc[:1].copy()
    nothing.loc[:, :] = np.nan
    return pd.concat([probes.table(rows), nothing], ignore_index=True)


def _ends(column: ModelColumn) -> tuple[Any, ...]:
    if column.kind == "numeric":
        return (np.nan, *EXTREMES)
    return (np.nan, UNSEEN, "", *column.categories)


def split_probes(site: Site, leaves: Numbers, program: Program, most: int) -> Probes:
    """Rows on both sides of each split by a number, in both widths of floats, at most so many.

    `leaves` are scikit-learn's nodes, a row for each row and a column for each tree: each probe begins as a row that
    reaches its split, where there is one.
    """
    origins = [origin_of(slot, program) for slot in site.ensemble.features]
    splits = list(_splits(site.ensemble.trees, leaves, origins))
    kept = splits[:: 1 + len(splits) * PROBES // most]
    bases, columns, values = [], [], []
    for base, origin, threshold in kept:
        around = _around(threshold, origin)
        bases += [base] * len(around)
        columns += [origin.place] * len(around)
        values += around.tolist()
    return Probes(np.array(bases, np.int64), np.array(columns, np.int64), values, len(kept))


def _splits(
    trees: Sequence[Tree], leaves: Numbers, origins: Sequence[Origin | None]
) -> Iterator[tuple[int, Origin, float]]:
    """The row, the input and the threshold of each split by a number."""
    for number, tree in enumerate(trees):
        row_at = _rows_by_node(tree, leaves[:, number])
        for node in np.flatnonzero((tree.left >= 0) & (tree.bits < 0)).tolist():
            origin = origins[int(tree.feature[node])]
            if origin is not None and np.isfinite(tree.threshold[node]):
                yield row_at[node], origin, float(tree.threshold[node])


def _rows_by_node(tree: Tree, leaves: Numbers) -> list[int]:
    """For each node a row that comes by; the first row where none does."""
    rows = [-1] * len(tree.left)
    reached, first = np.unique(leaves, return_index=True)
    for leaf, row in zip(reached.tolist(), first.tolist(), strict=True):
        rows[leaf] = row
    left, right = tree.left.tolist(), tree.right.tolist()
    # Children have greater numbers than their parents.
    for node in reversed(range(len(rows))):
        if left[node] >= 0:
            rows[node] = max(rows[left[node]], rows[right[node]])
    return [max(row, 0) for row in rows]


def _around(threshold: float, origin: Origin) -> Floats:
    """Inputs at a threshold and beside it: the next doubles, the next singles, and where rounding changes its mind."""
    # The way there and the way back of a scaled input are rounded: two steps are enough to cross the threshold.
    steps = 2 if origin.is_scaled else 1
    at = origin.input_at(threshold)
    around = [*_beside(at, steps), *_singles(at)]
    if origin.is_single:
        # The greatest single that goes left, and the least that goes right: an input between them is rounded to one.
        left = max(single for single in _singles(threshold) if single <= threshold)
        right = min(single for single in _singles(threshold) if single > threshold)
        around += _beside(origin.input_at((left + right) / 2), steps)
    return np.unique(np.array(around, dtype=np.float64))


def _beside(value: float, steps: int) -> list[float]:
    beside, below, above = [value], value, value
    for _ in range(steps):
        below, above = math.nextafter(below, -math.inf), math.nextafter(above, math.inf)
        beside += [below, above]
    return beside


def _singles(value: float) -> list[float]:
    with np.errstate(over="ignore"):
        single = np.float32(value)
        ends = (np.nextafter(single, np.float32(-np.inf)), single, np.nextafter(single, np.float32(np.inf)))
    return [float(each) for each in ends]
