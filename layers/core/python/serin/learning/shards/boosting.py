"""Which pipelines can be fitted in shards: boosted trees of scikit-learn's, behind steps that look at no label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from serin.domain.errors import Invalid
from serin.domain.model_code import RAISED
from serin.learning.columns import TrainingColumns
from serin.learning.own_estimators import fit_own, transformed_by_own
from serin.learning.shards.concatenated import ShardTrees, concatenated, predictors_of, trees_of
from serin.serving.estimators import Estimator

_BOOSTED = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)


class NotInShards(Invalid):
    """A pipeline that cannot be fitted in shards."""


@dataclass(frozen=True, eq=False)
class Boosting:
    """An unfitted pipeline in two: what makes the trees' table, None where nothing does, and the trees."""

    pipeline: Any
    before: Any
    trees: Any

    @property
    def codes_numbers(self) -> bool:
        """Whether the trees may take numbers for categories, and code them by themselves."""
        named = self.trees.categorical_features
        return named is not None and not isinstance(named, str)


class Steps:
    """A pipeline whose steps before the trees are fitted once, and whose trees are fitted shard by shard."""

    def __init__(self, parts: Boosting, names: Sequence[str]) -> None:
        self._parts, self._names = parts, list(names)
        self._before = None if parts.before is None else clone(parts.before)

    def fit(self, first: TrainingColumns) -> None:
        """Fit the steps before the trees, on the first shard's rows."""
        if self._before is not None:
            fit_own(self._before, first.table[self._names], first.label)

    def taught_by(self, shard: TrainingColumns) -> ShardTrees:
        """The trees of a shard; Invalid for what the estimator raises."""
        trees = clone(self._parts.trees)
        fit_own(trees, self._before_trees(shard), shard.label)
        return trees_of(trees)

    def together(self, shards: Sequence[ShardTrees], few: TrainingColumns) -> Estimator:
        """The fitted pipeline of all shards' trees; `few` rows have every category and class."""
        with threadpool_limits(limits=1):
            model = concatenated(self._parts.trees, shards, self._before_trees(few), few.label)
        if self._before is None:
            return cast(Estimator, model)
        whole = clone(self._parts.pipeline)
        whole.steps = [*self._before.steps, (self._parts.pipeline.steps[-1][0], model)]
        return cast(Estimator, whole)

    def _before_trees(self, rows: TrainingColumns) -> Any:
        table = rows.table[self._names]
        return table if self._before is None else transformed_by_own(self._before, table)


def boosting_of(estimator: Any) -> Boosting:
    """The parts of a pipeline that can be fitted in shards; raises NotInShards, by name, for any other."""
    last, before = estimator, None
    if type(estimator) is Pipeline and len(estimator.steps) > 1:
        last, before = estimator.steps[-1][1], Pipeline(estimator.steps[:-1])
    if type(last) not in _BOOSTED:
        raise _not_in_shards(
            f"{type(last).__name__} cannot be fitted in shards: only the trees of HistGradientBoostingClassifier and "
            "HistGradientBoostingRegressor can be made one model."
        )
    for part in _parts(before):
        if _looks_at_the_label(part):
            raise _not_in_shards(
                f"{type(part).__name__} looks at the label: fitted on one shard, it would tell the trees of that one "
                "what they are to learn."
            )
    return Boosting(estimator, before, last)


def as_large_as(fitted: Estimator, shards: int) -> Estimator:
    """A fitted pipeline as one model of so many shards will be: what costs its room and time is seen before."""
    larger = deepcopy(fitted)
    last = cast(Any, larger)
    while type(last) is Pipeline:
        last = last.steps[-1][1]
    last._predictors = predictors_of([trees_of(last)] * shards)
    return larger


def _not_in_shards(found: str) -> NotInShards:
    return NotInShards(
        found,
        "End pipeline.py with one of these, behind steps that look at no label; or allow a larger machine "
        "(training.job.largest) or shorten training.window, so that one machine holds all rows.",
        "training.job.shards",
    )


def _parts(before: Any) -> Iterator[Any]:
    if before is None:
        return
    for part in before.get_params(deep=True).values():
        if hasattr(part, "fit"):
            yield part


def _looks_at_the_label(part: Any) -> bool:
    try:
        return bool(get_tags(part).target_tags.required)
    except RAISED:
        # Of somebody's own, which says nothing of itself.
        return False
