"""Several fitted HistGradientBoosting models as one, whose raw prediction is the mean of theirs.

A boosted model is a baseline and a sum of leaves; so is the mean of k of them: the mean of the baselines, and the sum
of all leaves divided by k (bagging, Breiman 1996, on disjoint rows). What is made is a model of scikit-learn's own
kind, so that whatever reads, compiles, explains or keeps one does so with it, too.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.utils._missing import is_scalar_nan

from serin.domain.errors import Corrupt, Invalid
from serin.domain.names import digest
from serin.measures.arrays import Floats, Labels

Bits = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ShardTrees:
    """What one shard has taught: plain arrays, so that reading them executes nothing.

    `nodes` and the categories' `bits` (binned, raw: 8 words each) are those of all trees one after the other; of tree t
    there are `sizes[t]` nodes and `splits[t]` categorical splits. Of the trees of one iteration there are as many as
    the `baseline` has numbers. `categories` is the digest of the categories that the model knows, `classes` of its
    classes.
    """

    baseline: Floats
    nodes: npt.NDArray[Any]
    sizes: Counts
    bits: Bits
    splits: Counts
    categories: str
    classes: str

    def trees(self, of: int) -> Iterator[TreePredictor]:
        """The trees, whose leaves are divided by how many models the mean is taken `of`."""
        first = at = 0
        for size, count in zip(self.sizes.tolist(), self.splits.tolist(), strict=True):
            nodes, bits = self.nodes[first : first + size].copy(), self.bits[at : at + count]
            nodes["value"] /= of
            yield TreePredictor(nodes, bits[:, 0].copy(), bits[:, 1].copy())
            first, at = first + size, at + count


def trees_of(fitted: Any) -> ShardTrees:
    """The trees of a fitted HistGradientBoosting model."""
    trees = [tree for iteration in fitted._predictors for tree in iteration]
    pairs = [np.stack([tree.binned_left_cat_bitsets, tree.raw_left_cat_bitsets], axis=1) for tree in trees]
    return ShardTrees(
        np.array(fitted._baseline_prediction, dtype=np.float64).ravel(),
        np.concatenate([tree.nodes for tree in trees]),
        np.array([len(tree.nodes) for tree in trees], dtype=np.int64),
        np.concatenate(pairs).astype(np.uint32),
        np.array([len(pair) for pair in pairs], dtype=np.int64),
        _categories_of(fitted),
        digest(repr(getattr(fitted, "classes_", np.empty(0)).tolist())),
    )


def concatenated(unfitted: Any, shards: Sequence[ShardTrees], table: Any, label: Labels) -> Any:
    """The model that predicts the mean of the shards' raw predictions, of the kind and parameters of an `unfitted` one.

    `table` and `label` are few rows that have every category and every class that any shard has. Raises Invalid where
    a shard's trees speak of others: nobody could ask both of one row.
    """
    # It is fitted for all that is beside its trees: names, classes, the encoder of its categories.
    model = clone(unfitted).set_params(max_iter=1, early_stopping=False, min_samples_leaf=1).fit(table, label)
    model.set_params(**unfitted.get_params(deep=False))
    own = trees_of(model)
    for number, shard in enumerate(shards, 1):
        what = {"categories": (shard.categories, own.categories), "classes": (shard.classes, own.classes)}
        if differs := [name for name, (theirs, ours) in what.items() if theirs != ours]:
            raise Invalid(
                f"The trees of shard {number} of {len(shards)} know other {differs[0]} than those of the others: they "
                "cannot be one model.",
                "Name no categorical_features that are made of several columns or of rare numbers; an OrdinalEncoder "
                "before the trees codes them once for all shards.",
                "training.pipeline",
            )
    model._predictors = predictors_of(shards)
    baselines = np.array([shard.baseline for shard in shards])
    model._baseline_prediction = baselines.mean(axis=0).reshape(model._baseline_prediction.shape)
    return model


def predictors_of(shards: Sequence[ShardTrees]) -> list[list[TreePredictor]]:
    """The trees of all shards, iteration by iteration, as HistGradientBoosting keeps them."""
    width = len(shards[0].baseline)
    trees = [tree for shard in shards for tree in shard.trees(len(shards))]
    return [trees[first : first + width] for first in range(0, len(trees), width)]


def write_trees(trees: ShardTrees) -> bytes:
    """The trees as `.npz` bytes without objects; equal trees give equal bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        baseline=trees.baseline,
        nodes=trees.nodes,
        sizes=trees.sizes,
        bits=trees.bits,
        splits=trees.splits,
        known=np.array([trees.categories, trees.classes]),
    )
    return buffer.getvalue()


def read_trees(content: bytes) -> ShardTrees:
    """The trees in the bytes of `write_trees`; raises Corrupt for others. Nothing in them is executed."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            categories, classes = archive["known"].tolist()
            return ShardTrees(
                archive["baseline"],
                archive["nodes"].astype(PREDICTOR_RECORD_DTYPE),
                archive["sizes"],
                archive["bits"],
                archive["splits"],
                categories,
                classes,
            )
    except (ValueError, TypeError, LookupError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise Corrupt(f"The trees of a shard cannot be read: {error}", "Start the training again.") from error


def _categories_of(fitted: Any) -> str:
    """The digest of the categories that a model has a code for; of one without any, of none."""
    if fitted._preprocessor is None:
        return digest()
    encoder = fitted._preprocessor.named_transformers_["encoder"]
    # A null is no category: whether a shard has one changes nothing.
    return digest(
        repr([[each for each in column.tolist() if not is_scalar_nan(each)] for column in encoder.categories_])
    )
