"""A model that learnt what it must not know is replaced by an honest one, from upload to live."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryEvents
from serin.domain.charter import Charter, Input
from serin.domain.contracts import Column, Contract
from serin.domain.experiments import Run
from serin.domain.model_source import ModelSource
from serin.learning.columns import read_columns
from serin.services.build_training_set import build_training_set
from serin.services.evaluate_model import judge, register
from serin.services.select_trial import select
from serin.services.train_model import Trainer
from serin.services.withdraw_version import withdraw_version
from tests.builders import GOLDEN, a_charter
from tests.unit.services.releasing import World as Releases
from tests.unit.services.test_accept_upload import World
from tests.unit.services.test_build_training_set import SHOPS
from tests.unit.services.test_copies_in_training import UNNAMED, intake, orders

pytestmark = pytest.mark.slow
MODEL = "late-orders"
LEAKING = replace(UNNAMED, columns=(*UNNAMED.columns, Column("minutes", "number")))
AFTERWARDS = replace(UNNAMED, columns=(*UNNAMED.columns, Column("minutes", "number", known="afterwards")))
HONEST = a_charter()
LEAKY = replace(
    HONEST,
    inputs=(*HONEST.inputs, Input("minutes", "number")),
    features=replace(HONEST.features, model_uses=(*HONEST.features.model_uses, "minutes")),
)


class Platform:
    """Uploads, trainings and releases over one catalog in memory."""

    def __init__(self) -> None:
        self.data: World = intake(LEAKING)
        self.artifacts = MemoryObjectStore()
        self.releases = Releases()
        self.releases.catalog = self.data.catalog
        rows = orders()
        lines = [f"{row},{30.0 if row.endswith('true') else 2.0}" for row in rows]
        header = ",".join(["order_id,at,shop,amount,late", "minutes"])
        assert self.data.send("\n".join([header, *lines, ""]).encode(), "raw/orders/first.csv").status == "accepted"

    def train(
        self, run_id: str, charter: Charter, contract: Contract = LEAKING, code: Mapping[str, bytes] | None = None
    ) -> Run:
        """One training, and the release of what it registers."""
        lake, catalog, clock = self.data.lake, self.data.catalog, self.data.clock
        made = build_training_set(
            run_id, "call", "c1",
            ModelSource(charter, {"orders": contract, "shops": SHOPS}, code or {}), {}.__getitem__,
            lake=lake, catalog=catalog, clock=clock,
        )  # fmt: skip
        assert not isinstance(made, str), made
        training_set, trials = made
        trainer = Trainer(
            charter, training_set, code or {}, [GOLDEN], lake=lake, artifacts=self.artifacts, room=200_000_000
        )
        checked, tried = trainer.check(trials), [trainer.trial(run_id, trial) for trial in trials]
        chosen = select(charter, run_id, training_set, tried, checked, catalog=catalog)
        scores = trainer.contest(run_id, chosen.trial, chosen.champion, chosen.scored)
        judge(
            charter, run_id, training_set, scores, chosen.champion,
            lake=lake, artifacts=self.artifacts, catalog=catalog, clock=clock,
        )  # fmt: skip
        run = catalog.run(MODEL, run_id)
        if run.status == "running":
            refit = trainer.refit(run_id, chosen.trial)
            number = register(
                charter, run_id, training_set, chosen.trial, refit, catalog=catalog, events=MemoryEvents(), clock=clock
            )
            self.releases.release(f"release-{run_id}", number)
        return catalog.run(MODEL, run_id)


@pytest.fixture
def platform() -> Platform:
    platform = Platform()
    assert platform.train("r1", LEAKY).status == "registered"
    assert platform.releases.live() == 1
    return platform


def test_a_champion_with_a_leak_is_replaced_by_an_honest_challenger_once_it_is_withdrawn(platform: Platform) -> None:
    beaten = platform.train("r2", HONEST)
    assert (beaten.status, platform.releases.live()) == ("rejected", 1)
    assert "than version 1's" in (beaten.reason or "")
    assert "Recipes were compared" in (beaten.reason or "")
    withdraw_version(MODEL, 1, "minutes is the answer", "ana", catalog=platform.data.catalog, clock=platform.data.clock)
    run = platform.train("r3", HONEST)
    assert (run.status, platform.releases.live()) == ("registered", 2)
    assert run.verdict is not None
    assert "Version 1 was withdrawn (minutes is the answer)" in run.verdict.sentence
    assert run.contest is not None
    assert run.contest.champion is None


def test_a_champion_whose_column_is_known_only_afterwards_cannot_be_scored_and_the_verdict_says_so(
    platform: Platform,
) -> None:
    run = platform.train("r2", HONEST, AFTERWARDS)
    assert (run.status, platform.releases.live()) == ("registered", 2)
    assert run.verdict is not None
    assert "Version 1 cannot be scored" in run.verdict.sentence
    assert "minutes" in run.verdict.sentence


def test_a_champion_whose_column_the_dataset_lost_cannot_be_scored(platform: Platform) -> None:
    made = platform.data.catalog
    run = platform.train("r2", HONEST, UNNAMED)
    assert run.verdict is not None
    assert "the data has no minutes any more" in run.verdict.sentence
    assert made.training_set(MODEL, run.training_set or "").uses == HONEST.features.model_uses


def test_a_champion_keeps_the_view_that_left_the_charter_and_is_beaten_with_it(platform: Platform) -> None:
    without = replace(HONEST, features=replace(HONEST.features, views=(), model_uses=("amount", "shop")))
    run = platform.train("r2", without)
    made = platform.data.catalog.training_set(MODEL, run.training_set or "")
    assert made.champion is not None
    assert (made.champion.lost, made.views) == (None, ())
    columns = read_columns(platform.data.lake.get(made.columns))
    assert {column.name for column in columns.others} == {"minutes", "queue.length"}
    assert (run.status, run.contest is not None and run.contest.champion_version) == ("rejected", 1)


def test_a_champion_whose_dataset_left_the_charter_cannot_be_scored_and_the_verdict_names_its_view(
    platform: Platform,
) -> None:
    features = replace(HONEST.features, views=(), model_uses=("amount", "shop"))
    run = platform.train("r2", replace(HONEST, features=features, datasets=HONEST.datasets[:1]))
    assert run.verdict is not None
    assert "its view queue is of shops, which the charter does not read any more" in run.verdict.sentence


def test_a_changed_pipeline_is_tried_without_new_rows_against_the_released_one(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = (
        b"from sklearn.dummy import DummyClassifier\n\ndef pipeline(columns, params):\n    return DummyClassifier()\n"
    )
    good = (
        b"from serin.learning.pipelines import default_pipeline\n\n"
        b"def pipeline(columns, params):\n    return default_pipeline('binary', columns, params)\n"
    )
    own = replace(HONEST, floors={}, training=replace(HONEST.training, pipeline="pipeline.py"))
    for run_id, code, contract in (("r2", good, LEAKING), ("r3", weak, LEAKING)):
        deployed(tmp_path / run_id, code, monkeypatch)
        if run_id == "r2":
            withdraw_version(
                MODEL, 1, "minutes is the answer", "ana", catalog=platform.data.catalog, clock=platform.data.clock
            )
        run = platform.train(run_id, own, contract, {"pipeline.py": code})
        assert run.status == ("registered" if run_id == "r2" else "rejected"), run.reason
    assert "Recipes were compared" in (run.reason or "")
    assert run.contest is not None
    assert run.contest.champion is not None
    # The champion's recipe is the released pipeline, not the one that is deployed now.
    assert run.contest.champion["roc_auc"] > 0.7 > run.contest.challenger["roc_auc"]


def deployed(folder: Path, code: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """This code as the deployed package of the model."""
    package = folder / "model_code"
    package.mkdir(parents=True)
    (package / "__init__.py").write_bytes(b"")
    (package / "pipeline.py").write_bytes(code)
    for name in [name for name in sys.modules if name.partition(".")[0] == "model_code"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(folder)
