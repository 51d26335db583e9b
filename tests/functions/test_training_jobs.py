"""Trainings whose steps go to machines: the same model, the same records, and failures that are told by name."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benches.model_code import ROWS
from serin.domain import training_jobs, training_size
from serin.domain.charter import JobTerms
from serin.domain.features import feature_columns
from serin.domain.training_machines import MACHINES
from serin.services import training_job
from serin.services.steps import cut_rounds
from serin.services.steps.sharded_columns import KeptInFolder
from tests.functions.subject import MODEL, TABLE, ModelWorld, subject
from tests.functions.test_training_states import made_of, send
from tests.functions.training_machine import TakenBack, train
from tests.functions.worlds import in_world
from tests.kernels import kernel_folder
from tests.unit.serving.released import on_path

TERMS = JobTerms("ml.m5.large", timedelta(hours=1), always=True)


def allow(world: ModelWorld, terms: JobTerms | None) -> None:
    charter = world.charters[MODEL]
    world.charters = {MODEL: replace(charter, training=replace(charter.training, job=terms))}


@pytest.fixture
def world(tmp_path: Path) -> ModelWorld:
    return send(ModelWorld(subject(tmp_path)), TABLE)


def jobs(world: ModelWorld) -> list[Any]:
    keys = [key for key in world.artifacts.keys(f"runs/{MODEL}/") if key.endswith("request.json")]
    return [json.loads(world.artifacts.get(key)) for key in keys]


@pytest.mark.slow
def test_a_model_that_was_fitted_by_jobs_is_the_functions_to_the_bit(world: ModelWorld, tmp_path: Path) -> None:
    alone = train(world, "f1")
    other = send(ModelWorld(subject(tmp_path / "other")), TABLE)
    allow(other, TERMS)
    seen: list[str] = []
    run = train(other, "j1", seen.append)
    assert (run.status, run.version) == ("registered", 1)
    by_function, by_job = (one.catalog.version(MODEL, 1) for one in (world, other))
    assert by_job.estimator.sha256 == by_function.estimator.sha256
    assert (run.verdict, dict(run.contest.challenger)) == (alone.verdict, dict(alone.contest.challenger))
    assert by_job.compilation == by_function.compilation
    assert by_function.fitted_on is None
    assert by_job.fitted_on is not None
    assert (by_job.fitted_on.machine, by_job.fitted_on.seconds, by_job.fitted_on.interruptions) == (
        "ml.m5.large",
        36,
        1,
    )
    assert by_job.fitted_on.usd == pytest.approx(0.00115)
    assert [name for name in seen if name.endswith("Job")] == ["CheckJob", *["TrialJob"] * 4, "ContestJob", "RefitJob"]
    assert {job["machine"] for job in jobs(other)} == {"ml.m5.large"}


@pytest.mark.slow
def test_a_function_keeps_what_it_has_room_for_and_hands_on_what_it_has_not(
    world: ModelWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(world, replace(TERMS, always=False))
    seen: list[str] = []
    train(world, "r1", seen.append)
    assert [name for name in seen if name.endswith("Job")] == []
    needed = training_size.memory_for(*_shape(world)) / 1024**2
    monkeypatch.setattr(training_size, "TRAINER_MEMORY_MB", needed - 0.01)
    train(world, "r2", seen.append, parent="r1")
    assert [name for name in seen if name.endswith("Job")][:2] == ["CheckJob", "TrialJob"]


def test_more_than_the_largest_machine_has_room_for_is_refused_with_the_numbers(
    world: ModelWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(world, TERMS)
    monkeypatch.setattr(training_size, "_ITSELF", 8 * 1024**3)
    run = train(world, "r1")
    assert run.status == "failed"
    assert "ml.m5.large, the largest machine of training.job, has 7,373 MB" in run.reason
    assert "Allow a larger machine (training.job.largest)" in run.reason
    assert jobs(world) == []


@pytest.mark.slow
def test_a_step_that_fails_in_a_job_says_what_it_says_in_a_function(
    world: ModelWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = send(
        ModelWorld(subject(tmp_path / "broken", pipeline="def pipeline(columns, params):\n    return 1\n")), TABLE
    )
    refused = train(broken, "f1")
    allow(broken, TERMS)
    handed = train(broken, "j1")
    assert handed.status == refused.status == "failed"
    assert handed.reason == refused.reason
    # A job that is killed leaves no answer: the run says so, and the next training begins as ever.
    allow(world, TERMS)
    monkeypatch.setattr(
        training_job, "answer_in", lambda folder: f"{folder}/elsewhere.json" if _once() else f"{folder}/a"
    )
    run = train(world, "r1")
    assert run.status == "failed"
    assert "ended without an answer" in run.reason
    monkeypatch.undo()
    assert train(world, "r2").status == "registered"


_asked: list[int] = []


def _once() -> bool:
    _asked.append(1)
    return len(_asked) % 2 == 1


def _shape(world: ModelWorld) -> tuple[int, int]:
    run = world.catalog.run(MODEL, "r1")
    training_set = world.catalog.training_set(MODEL, run.training_set)
    from serin.learning.columns import shape_of

    return shape_of(world.lake.get(training_set.columns))


@pytest.mark.slow
def test_pieces_that_jobs_share_are_the_functions_to_the_bit_also_when_one_dies_and_one_comes_twice(
    world: ModelWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, computed, seen = train(world, "r1"), list[str](), list[str]()
    rounds = dict(cut_rounds._ROUNDS)

    def counted(each: Any) -> Any:
        def done(source: Any, piece: Any, folder: Any) -> Any:
            if len(computed) == 2 and "r3" not in seen:
                raise MemoryError("no room")
            computed.append(piece.name)
            return rounds[each](source, piece, folder)

        return done

    monkeypatch.setattr(cut_rounds, "_ROUNDS", {each: counted(each) for each in rounds})
    allow(world, replace(TERMS, always=False))
    died = train(world, "r2", cause="rerun", parent="r1", in_pieces="jobs")
    assert (died.status, "MemoryError: no room" in (died.reason or "")) == ("failed", True)
    seen.append("r3")
    rerun = train(world, "r3", seen.append, cause="rerun", parent="r1", in_pieces="jobs")
    assert (rerun.status, made_of(rerun)[:5]) == ("repeated", made_of(run)[:5])
    assert len(computed) == len(set(computed)) > 3
    assert (seen.count("Share") > 2, "Piece" in seen) == (True, False), computed
    # A job that begins anew finds what it has done.
    for key in [key for key in world.lake.keys("cut/") if key.endswith("request.json")]:
        assert in_world("build_training_set", world).perform(key.rpartition("/")[0])
    assert len(computed) == len(set(computed))


BOOSTED = '''"""What is fitted."""

from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline


def pipeline(columns, params):
    """Boosted trees over the numbers."""
    numbers = make_column_transformer((SimpleImputer(), ["size", "warm"]))
    trees = HistGradientBoostingClassifier(max_iter=3, max_depth=params["max_depth"], early_stopping=False)
    return make_pipeline(numbers, trees.set_params(random_state=3))
'''
SHARDS = 3


def in_shards(world: ModelWorld, monkeypatch: pytest.MonkeyPatch, allowed: int = 64) -> None:
    """The largest machine has just room for one of so many shards."""
    allow(world, replace(TERMS, shards=allowed))
    shape = ROWS, len(feature_columns(world.charters[MODEL]))
    least = (training_size.memory_for(*shape, SHARDS) + 64) / 1024**2 / training_jobs.FOR_ROWS
    monkeypatch.setitem(MACHINES, "ml.m5.large", replace(MACHINES["ml.m5.large"], memory_mb=least))  # type: ignore[arg-type]


def test_rows_beyond_the_largest_machine_are_fitted_in_shards_and_a_killed_job_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, killed = (send(ModelWorld(subject(tmp_path / name, BOOSTED)), TABLE) for name in ("plain", "killed"))
    in_shards(plain, monkeypatch)
    with on_path(kernel_folder()):
        run, version = train(plain, "s1"), plain.catalog.version(MODEL, 1)
        again = train(plain, "s2", parent="s1")
    assert (run.status, run.provenance.shards) == ("registered", SHARDS)
    assert (version.compilation.parity.trees, version.compilation.parity.is_proven) == (3 * SHARDS, True)
    assert version.fitted_on.sentence().startswith(f"Fitted on {SHARDS} shards of {ROWS:,} rows, whose trees are one")
    assert (again.repeat.artifacts, again.repeat.changed) == (dict.fromkeys(again.repeat.artifacts, True), ())

    in_shards(killed, monkeypatch)
    fits: list[str] = []
    put = KeptInFolder.put

    def taken_back(self: KeptInFolder, name: str, content: bytes) -> None:
        fits.append(name)
        put(self, name, content)
        if len(fits) % SHARDS == 2:
            raise TakenBack

    monkeypatch.setattr(KeptInFolder, "put", taken_back)
    train(killed, "s1")
    assert killed.catalog.version(MODEL, 1).estimator.sha256 == version.estimator.sha256
    assert len(fits) == len(set(fits)) == 2 * SHARDS


def test_what_cannot_be_fitted_in_shards_is_refused_with_the_numbers_before_a_trial(
    world: ModelWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_shards(world, monkeypatch)
    run = train(world, "s1")
    assert (run.status, run.trials) == ("failed", ())
    assert "RandomForestClassifier cannot be fitted in shards" in run.reason
    assert f"{ROWS:,} rows of" in run.reason
    in_shards(world, monkeypatch, allowed=2)
    assert f"would take {SHARDS} shards; training.job.shards allows 2" in train(world, "s2").reason
