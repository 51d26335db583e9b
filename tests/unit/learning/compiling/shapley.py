"""Shapley values by their definition: a sum over every subset. For ten players at most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt

from serin.learning.compiling.trees import Tree

Value = Callable[[frozenset[int]], float]


def shapley(value: Value, players: int) -> list[float]:
    """What each player adds to `value`, the mean over the orders in which they may come."""
    worth = cache(value)
    added = []
    for player in range(players):
        others, total = [other for other in range(players) if other != player], 0.0
        for size in range(players):
            weight = factorial(size) * factorial(players - size - 1) / factorial(players)
            for subset in combinations(others, size):
                known = frozenset(subset)
                total += weight * (worth(known | {player}) - worth(known))
        added.append(total)
    return added


def of_tree(tree: Tree, goes_left: Mapping[int, bool], output: int) -> Value:
    """A tree's mean where only some features are known, by how many it learnt from where one is not."""

    def mean(known: frozenset[int], node: int) -> float:
        left, right = int(tree.left[node]), int(tree.right[node])
        if left < 0:
            return float(tree.values[node, output])
        if int(tree.feature[node]) in known:
            return mean(known, left if goes_left[node] else right)
        both = [mean(known, child) * tree.covers[child] for child in (left, right)]
        return float(sum(both) / tree.covers[node])

    return lambda known: mean(known, 0)


def sides(
    tree: Tree, features: npt.NDArray[np.float64], categories: Mapping[int, npt.NDArray[np.uint32]]
) -> dict[int, bool]:
    """Which way a row goes at each split, by scikit-learn's own numbers."""
    goes: dict[int, bool] = {}
    for node in np.flatnonzero(tree.left >= 0).tolist():
        value = features[tree.feature[node]]
        if np.isnan(value):
            goes[node] = bool(tree.null_left[node])
        elif tree.bits[node] >= 0:
            bits = categories[int(tree.bits[node])]
            goes[node] = bool(bits[int(value) >> 5] >> (int(value) & 31) & 1)
        else:
            goes[node] = bool(value <= tree.threshold[node])
    return goes
