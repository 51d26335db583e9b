"""A training set of more rows than a machine holds: one shard of it is in memory at a time, and its labels are.

A fit is that of each shard by itself, one after the other, and then one model of all their trees. Steps before the
trees are fitted once, on the first shard, which knows every category; so all trees speak of the same columns.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np

from serin.domain.charter import Task
from serin.domain.errors import Invalid
from serin.domain.names import digest
from serin.learning.columns import LabelledRows, TrainingColumns, coded_columns, read_columns, read_labelled
from serin.learning.fitting import Champion, Fitted, Opponent, contest_scores, learnt_names, of_opponent, score_rows
from serin.learning.pipelines import Params, PipelineMaker
from serin.learning.scores import Scores
from serin.learning.shards.boosting import Steps, boosting_of
from serin.learning.shards.concatenated import ShardTrees, read_trees, write_trees
from serin.learning.shards.dealt_rows import ShardNumbers, in_every_shard, shard_numbers
from serin.learning.splits import Holdout, Split
from serin.measures.arrays import Floats, Mask
from serin.serving.estimators import Estimator
from serin.serving.manifest import ModelColumn

CHALLENGER = "challenger"


class KeptTrees(Protocol):
    """What shards have taught already, by names: whoever begins anew fits none of them again."""

    def get(self, name: str) -> bytes | None:
        """What was kept under a name; None where nothing was."""

    def put(self, name: str, content: bytes) -> None:
        """Keep it."""


@dataclass(frozen=True, eq=False)
class ShardedSet:
    """A training set's file, its recorded digest, and into how many shards its rows are dealt."""

    file: Path
    digest: str
    shards: int
    kept: KeptTrees

    @cached_property
    def rows(self) -> LabelledRows:
        """All rows, without their features."""
        return read_labelled(self.file, sliced=False)

    @cached_property
    def _numbers(self) -> ShardNumbers:
        return shard_numbers(self.digest, len(self.rows.label), self.shards)

    def first(self) -> TrainingColumns:
        """The first shard with all that belongs to its rows: a random share of the set, for whoever looks at a part."""
        return read_columns(self.file, self._numbers == 0)

    def contest(
        self,
        task: Task,
        make: PipelineMaker,
        params: Params,
        holdout: Holdout,
        opponent: Opponent | None,
        *,
        decides: bool,
    ) -> Scores:
        """`serin.learning.fitting.contest`, fitted in shards; a recipe to beat is fitted in the same ones."""

        def challenger(split: Split) -> Floats:
            estimator, used = self.fit(task, make, params, split.learn)
            return self._scores(estimator, task, split.judge, [column.name for column in used])

        def champion(against: Opponent, split: Split) -> Floats:
            if isinstance(against, Champion):
                names = learnt_names(against.version, against.estimator, self._header.table)
                return of_opponent(against, lambda: self._scores(against.estimator, task, split.judge, names))
            who, columns = f"version {against.version}", against.columns

            def fitted_again() -> Floats:
                estimator, used = self.fit(task, against.make, against.params, split.learn, columns, who)
                return self._scores(estimator, task, split.judge, [column.name for column in used])

            return of_opponent(against, fitted_again)

        return contest_scores(self.rows, task, holdout, opponent, challenger, champion, decides=decides)

    def refit(self, task: Task, make: PipelineMaker, params: Params) -> Fitted:
        """Fit on every row, the holdout included: what a passed gate releases."""
        everything = np.ones(len(self.rows.label), dtype=np.bool_)
        estimator, used = self.fit(task, make, params, everything)
        return Fitted(estimator, used, self.rows.classes(task), self.rows.newest())

    def fit(
        self,
        task: Task,
        make: PipelineMaker,
        params: Params,
        learn: Mask,
        among: tuple[ModelColumn, ...] | None = None,
        who: str = CHALLENGER,
    ) -> tuple[Estimator, tuple[ModelColumn, ...]]:
        """An estimator fitted on some rows in shards, and the columns it uses: those that have a value in the first.

        Raises Invalid for what cannot be fitted in shards, and as `serin.learning.fitting.fit_on` does. `who` tells
        estimators of other code apart, so that one is not taken for another that was begun before.
        """
        self.rows.classes(task, learn)
        columns = among or self._header.columns
        common = self._common(task, columns, learn, numbers=boosting_of(make(columns, params)).codes_numbers)
        first = self._part(learn, common, 0)
        used = tuple(column for column in columns if first.table[column.name].notna().any())
        if not used:
            raise Invalid("No feature has a value.", "Upload the data the features are made of.", "features.model_uses")
        names = [column.name for column in used]
        steps = Steps(boosting_of(make(used, params)), names)
        steps.fit(first)
        del first  # of which each shard takes the place
        what = json.dumps([self.shards, who, dict(params), names])
        fit = digest(self.digest, what, np.packbits(learn).tobytes())[:32]
        taught = [self._taught(f"{fit}/{number}", steps, learn, common, number) for number in range(self.shards)]
        few = read_columns(self.file, common)
        return steps.together(taught, few), used

    def _taught(self, name: str, steps: Steps, learn: Mask, common: Mask, number: int) -> ShardTrees:
        if kept := self.kept.get(name):
            return read_trees(kept)
        trees = steps.taught_by(self._part(learn, common, number))
        self.kept.put(name, write_trees(trees))
        return trees

    def _part(self, learn: Mask, common: Mask, number: int) -> TrainingColumns:
        return read_columns(self.file, learn & ((self._numbers == number) | common))

    def _common(self, task: Task, columns: tuple[ModelColumn, ...], learn: Mask, *, numbers: bool) -> Mask:
        """By texts and classes; by numbers too, where the trees take some for categories."""
        names = [column.name for column in columns if numbers or column.kind == "categorical"]
        label = [] if task == "regression" else [self.rows.label]
        return in_every_shard(chain(label, coded_columns(self.file, names)), learn)

    @cached_property
    def _header(self) -> TrainingColumns:
        return read_columns(self.file, slice(0, 1))

    def _scores(self, estimator: Estimator, task: Task, rows: Mask, names: list[str]) -> Floats:
        """What an estimator says of some rows, a shard of them after the other."""
        classes, of = self.rows.classes(task), self._numbers[rows]
        scores = np.zeros((len(of), len(classes)) if task == "multiclass" else len(of), dtype=np.float64)
        for number in range(self.shards):
            part = read_columns(self.file, rows & (self._numbers == number))
            scores[of == number] = score_rows(estimator, task, classes, part.table[names])
        return scores
