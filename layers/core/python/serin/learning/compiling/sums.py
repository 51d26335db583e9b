"""The sums that a margin is the mean of: what each is where nothing is known, and what it costs to tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from serin.domain.model_code import RAISED, in_words
from serin.learning.compiling.estimators import Lines, Site
from serin.learning.compiling.lines import Line
from serin.learning.compiling.program import Slot
from serin.learning.compiling.trees import Numbers, Tree
from serin.measures.arrays import Floats


class NotExplained(Exception):
    """A model whose scores cannot be told apart by columns, and why."""


@dataclass(frozen=True, eq=False)
class Summed:
    """An ensemble or linear model: for each of its outputs the slot of the sum and its base.

    `centres` are what each slot adds to a line on average, none of trees; `steps` what an exact explanation takes.
    """

    estimator: Any
    slots: Sequence[Slot]
    bases: Sequence[float]
    features: Sequence[Slot]
    centres: Sequence[Mapping[Slot, float]] = ()
    steps: int = 0
    depth: int = 0
    trees: int = 0


def sum_of_trees(site: Site) -> Summed:
    """An ensemble; raises NotExplained where a split has learnt from nothing."""
    ensemble = site.ensemble
    bases = np.array(ensemble.start, dtype=np.float64)
    count = len(ensemble.trees) if ensemble.mean else 1
    steps = deepest = 0
    split_by: set[int] = set()
    for tree in ensemble.trees:
        if not (tree.covers > 0).all():
            raise NotExplained("a leaf of its trees has learnt from rows of no weight")
        leaves = tree.left < 0
        width = tree.values.shape[1]
        mean = np.average(tree.values[leaves], axis=0, weights=tree.covers[leaves])
        bases[tree.output : tree.output + width] += mean / count
        depths = _depths(tree)[leaves]
        # A feature stands on a path once, however often it is split by.
        steps += width * int((np.minimum(depths, len(ensemble.features)) ** 2).sum())
        deepest = max(deepest, int(depths.max()))
        split_by.update(tree.feature[~leaves].tolist())
    return Summed(
        site.estimator,
        ensemble.slots,
        bases.tolist(),
        [slot for place, slot in enumerate(ensemble.features) if place in split_by],
        steps=steps,
        depth=deepest,
        trees=len(ensemble.trees),
    )


def _depths(tree: Tree) -> Numbers:
    depths = np.zeros(len(tree.left), dtype=np.int64)
    level = np.array([0])
    while len(level := level[tree.left[level] >= 0]):
        below = depths[level] + 1
        depths[tree.left[level]], depths[tree.right[level]] = below, below
        level = np.concatenate([tree.left[level], tree.right[level]])
    return depths


def sum_of_lines(lines: Lines, background: Any) -> Summed:
    """A linear model, told apart against the mean row of the background; raises NotExplained where there is none."""
    means = _means(lines, background)
    centres = [_centres(line, means) for line in lines.lines]
    bases = [line.intercept + sum(centre.values()) for line, centre in zip(lines.lines, centres, strict=True)]
    features = [slot for line in lines.lines for slot, _ in line.terms]
    return Summed(lines.estimator, [line.slot for line in lines.lines], bases, features, centres)


def _centres(line: Line, means: Floats) -> Mapping[Slot, float]:
    centres: dict[Slot, float] = {}
    for slot, among in line.terms:
        mean = sum(weight * float(means[feature]) for feature, weight in among)
        centres[slot] = centres.get(slot, 0.0) + mean
    return centres


def _means(lines: Lines, background: Any) -> Floats:
    """The mean of each feature, of the rows that the model can answer."""
    if background is None:
        raise NotExplained("there is no table whose mean row it could be told apart against")
    features = background
    try:
        for step in lines.steps:
            features = step.transform(features)
    except RAISED as error:
        raise NotExplained(f"the features of its mean row are not known: {in_words(error)}") from error
    if hasattr(features, "tocsr"):
        means = np.asarray(features.mean(axis=0), dtype=np.float64).ravel()
    else:
        dense = np.asarray(features, dtype=np.float64)
        answered = dense[np.isfinite(dense).all(axis=1)]
        means = answered.mean(axis=0) if len(answered) else np.full(dense.shape[1], np.nan)
    if not np.isfinite(means).all():
        raise NotExplained("no row has features that are all finite numbers")
    return means
