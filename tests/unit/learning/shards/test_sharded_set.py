"""A training set whose shards are fitted one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder

from serin.domain.errors import Invalid
from serin.domain.names import digest
from serin.learning.fitting import Champion, Recipe, score_rows
from serin.learning.package import estimator_bytes
from serin.learning.pipelines import default_pipeline
from serin.learning.scores import write_scores
from serin.learning.shards.boosting import boosting_of
from serin.learning.shards.concatenated import trees_of
from serin.learning.shards.dealt_rows import in_every_shard, shard_numbers
from serin.learning.shards.sharded_set import ShardedSet
from serin.learning.splits import judging_places, judging_splits
from serin.serving.manifest import ModelColumn
from tests.unit.learning.orders import START, order_columns, order_rows, orders_npz

HOLDOUT = START + timedelta(days=30)
LIGHT = {"max_leaf_nodes": 5, "max_iter": 8}
SHARDS = 3


def default(columns: Sequence[ModelColumn], params: Any) -> Any:
    return default_pipeline("binary", columns, params)


@dataclass
class Kept:
    """What was kept; it ends with the first that comes after `lives` of them."""

    lives: int = 1000
    trees: dict[str, bytes] = field(default_factory=dict)

    def get(self, name: str) -> bytes | None:
        return self.trees.get(name)

    def put(self, name: str, content: bytes) -> None:
        if self.lives == 0:
            raise KeyboardInterrupt
        self.lives -= 1
        self.trees[name] = content


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = order_rows()
    rows[7]["shop"] = "far away"  # a category that only one row has
    written = tmp_path_factory.mktemp("shards") / "columns.npz"
    written.write_bytes(orders_npz(rows))
    return written


def sharded(file: Path, kept: Kept | None = None) -> ShardedSet:
    return ShardedSet(file, digest(file.read_bytes()), SHARDS, kept or Kept())


def test_a_model_of_shards_is_the_mean_of_models_of_their_rows(file: Path) -> None:
    rows, kept = sharded(file), Kept()
    everything = np.ones(len(rows.rows.label), dtype=np.bool_)
    estimator, used = sharded(file, kept).fit("binary", default, LIGHT, everything)
    assert ([column.name for column in used], len(kept.trees)) == (["amount", "shop", "queue.length"], SHARDS)
    before, model = estimator.steps[0][1], estimator.steps[1][1]  # type: ignore[attr-defined]
    columns = order_columns()
    numbers = shard_numbers(rows.digest, len(columns.label), SHARDS)
    assert "far away" in before.named_transformers_["categories"].categories_[0]
    assert model.n_iter_ == SHARDS * LIGHT["max_iter"]
    learnt = [int(first["count"][0]) for first in (trees_of(model).nodes[[0]],)]
    assert learnt[0] < (numbers == 0).sum() + 110


def test_scores_lie_in_the_rows_own_order(file: Path) -> None:
    rows = sharded(file)
    scores = rows.contest("binary", default, LIGHT, HOLDOUT, None, decides=True)
    (split,) = judging_splits(rows.rows, HOLDOUT)
    assert np.array_equal(scores.rows, judging_places([split]))
    estimator, used = rows.fit("binary", default, LIGHT, split.learn)
    table = order_columns([*order_rows()]).table.loc[split.judge, [column.name for column in used]]
    assert np.array_equal(scores.challenger, score_rows(estimator, "binary", (False, True), table))
    assert scores.validation is not None
    assert len(scores.validation.rows) == len(scores.validation.score) > 0


def test_two_runs_and_one_that_was_killed_give_the_same_bytes_and_no_shard_is_fitted_twice(file: Path) -> None:
    first = estimator_bytes(sharded(file).refit("binary", default, LIGHT).estimator)
    kept = Kept(lives=2)
    with pytest.raises(KeyboardInterrupt):
        sharded(file, kept).refit("binary", default, LIGHT)
    assert len(kept.trees) == 2
    kept.lives = 1
    again = sharded(file, kept).refit("binary", default, LIGHT)
    assert (estimator_bytes(again.estimator), kept.lives) == (first, 0)
    assert (again.classes, again.learnt_until) == ((False, True), sharded(file).rows.newest())


def test_what_was_kept_of_other_params_rows_or_code_is_not_taken(file: Path) -> None:
    kept = Kept()
    rows = sharded(file, kept)
    learn = rows.rows.before(HOLDOUT)
    rows.fit("binary", default, LIGHT, learn)
    for who, params, some in (
        ("version 3", LIGHT, learn),
        ("challenger", {**LIGHT, "max_iter": 9}, learn),
        ("challenger", LIGHT, np.ones_like(learn)),
    ):
        rows.fit("binary", default, params, some, who=who)
    assert len(kept.trees) == 4 * SHARDS


def test_a_champion_and_a_recipe_are_scored_on_the_same_rows(file: Path) -> None:
    rows = sharded(file)
    live = rows.refit("binary", default, {**LIGHT, "max_iter": 2})
    columns = live.columns
    recipe = Recipe(4, default, {**LIGHT, "max_iter": 2}, columns)
    by_recipe = rows.contest("binary", default, LIGHT, HOLDOUT, recipe, decides=False)
    champion = Champion(4, live.estimator, START + timedelta(days=35))
    as_it_is = rows.contest("binary", default, LIGHT, HOLDOUT, champion, decides=False)
    assert by_recipe.champion is not None
    assert as_it_is.champion is not None
    assert len(by_recipe.champion) == len(by_recipe.rows) > len(as_it_is.champion) == len(as_it_is.rows) > 0
    assert write_scores(by_recipe) == write_scores(
        sharded(file).contest("binary", default, LIGHT, HOLDOUT, recipe, decides=False)
    )


def test_rows_are_dealt_by_the_sets_digest_and_their_places_alone() -> None:
    numbers = shard_numbers("a" * 64, 30_000, 7)
    assert numbers[:12].tolist() == shard_numbers("a" * 64, 12, 7).tolist()
    assert np.bincount(numbers) / 30_000 == pytest.approx(np.full(7, 1 / 7), abs=0.01)
    assert (numbers != shard_numbers("b" * 64, 30_000, 7)).mean() > 0.8


def test_every_shard_has_the_first_row_of_each_category() -> None:
    learn = np.ones(5000, dtype=np.bool_)
    learn[:200] = False
    codes = np.zeros(5000, dtype=np.int32)
    codes[[100, 4000, 4500]] = [1, 2, 2]
    common = in_every_shard([codes, np.arange(5000.0)], learn)
    assert np.flatnonzero(common).tolist() == [*range(200, 300), 4000]


@pytest.mark.parametrize(
    ("pipeline", "says"),
    [
        (LogisticRegression(), "LogisticRegression cannot be fitted in shards"),
        (make_pipeline(TargetEncoder(), HistGradientBoostingClassifier()), "TargetEncoder looks at the label"),
        (make_pipeline(make_pipeline(HistGradientBoostingClassifier())), "Pipeline cannot be fitted in shards"),
    ],
)
def test_what_cannot_be_fitted_in_shards_is_named_with_a_way_on(pipeline: Any, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        boosting_of(pipeline)
    assert "training.job.largest" in refused.value.remedy
