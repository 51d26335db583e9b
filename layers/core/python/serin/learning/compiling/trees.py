"""Trees as nodes: children side by side and behind their parent, leaves numbered over the whole ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from serin.learning.compiling.program import CATEGORY, LEAF, MISSING_LEFT, NODE, Nodes, Program, Slot
from serin.measures.arrays import Floats
from serin.serving.compiled.layout import Operation

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree as scikit-learn numbers its nodes; `left` is -1 in a leaf.

    `bits` is the number of a split's categories, -1 where it splits by a threshold. `values` are a node's outputs, as
    a row, `covers` the rows it has learnt from; `output` is the sum that they are added to, the first of several.
    """

    left: Numbers
    right: Numbers
    feature: Numbers
    threshold: Floats
    null_left: npt.NDArray[np.bool_]
    bits: Numbers
    values: Floats
    covers: Floats
    output: int = 0


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The slots of an ensemble's sums, or means, and for each leaf's number scikit-learn's number of its node."""

    slots: list[Slot]
    leaf_nodes: Numbers
    trees: Sequence[Tree]
    features: Sequence[Slot]
    start: Sequence[float]
    mean: bool = False


def plain_tree(tree: Any, values: Floats, output: int = 0) -> Tree:
    """A tree of scikit-learn's own `tree_`."""
    return Tree(
        tree.children_left,
        tree.children_right,
        tree.feature,
        tree.threshold,
        tree.missing_go_to_left.astype(np.bool_),
        np.full(tree.node_count, -1),
        values,
        tree.weighted_n_node_samples,
        output,
    )


def ensemble(
    trees: Sequence[Tree], features: Sequence[Slot], start: Sequence[float], program: Program, *, mean: bool = False
) -> Ensemble:
    """The sums, or means, of the trees' leaves over `start`, one for each output."""
    blocks, values, leaf_nodes, roots, covers = [], [], [], [], []
    places = np.array(features, dtype=np.int64)
    node_count = leaf_count = 0
    for tree in trees:
        nodes, order = _nodes(tree, places, node_count, leaf_count)
        leaves = order[tree.left[order] < 0]
        roots += [node_count, tree.output]
        node_count, leaf_count = node_count + len(nodes), leaf_count + len(leaves)
        blocks.append(nodes)
        values.append(tree.values[leaves])
        covers.append(tree.covers[order])
        leaf_nodes.append(leaves)
    leaf_values = np.concatenate(values)
    place, begins = program.constants(leaf_values), program.constants(start)
    first = program.trees(np.concatenate(blocks), len(trees))
    given = [int(mean), leaf_values.shape[1], place, leaf_count, begins, first, node_count]
    given += [program.constants(np.concatenate(covers)), *roots]
    slots = program.add(Operation.TREES, [], given, writes=len(start))
    return Ensemble(slots, np.concatenate(leaf_nodes), trees, features, start, mean)


def _nodes(tree: Tree, places: Numbers, first_node: int, first_leaf: int) -> tuple[Nodes, Numbers]:
    """The nodes in their new order, and scikit-learn's number of each."""
    left, right = tree.left.tolist(), tree.right.tolist()
    order, following = [0], []
    leaves = first_leaf
    for node in order:  # grows while it is read
        if left[node] < 0:
            following.append(leaves)
            leaves += 1
        else:
            following.append(first_node + len(order))
            order += [left[node], right[node]]
    ordered = np.array(order)
    is_leaf = tree.left[ordered] < 0
    by_category = (tree.bits[ordered] >= 0) & ~is_leaf
    slot = np.where(is_leaf, 0, places[np.where(is_leaf, 0, tree.feature[ordered])])
    nodes = np.zeros(len(order), NODE)
    threshold = np.where(by_category, tree.bits[ordered], tree.threshold[ordered])
    nodes["threshold"] = np.where(is_leaf, 0.0, threshold)
    marks = LEAF * is_leaf + CATEGORY * by_category + MISSING_LEFT * (tree.null_left[ordered] & ~is_leaf)
    nodes["split"] = slot << 3 | marks
    nodes["next"] = following
    return nodes, ordered
