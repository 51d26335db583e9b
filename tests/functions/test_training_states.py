"""Trainings by the deployed States Language and the real handlers: repeated, killed, at once, and in one process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from serin.domain.errors import Conflict
from serin.domain.experiments import Run
from serin.domain.people import People
from serin.domain.training_leases import SPAN
from serin.services.accept_upload import Arrival, accept_upload
from serin.services.start_work import start_rerun
from serin.services.steps import cut_rounds
from serin.services.steps.champions import live_version
from serin.services.train_model import Trainer
from serin_cli.here.code import code_in_place
from serin_cli.here.world import HereWorld
from tests.builders import a_release, an_asking
from tests.functions.subject import DATASET, MODEL, PIPELINE, TABLE, UNSEEDED, ModelWorld, subject
from tests.functions.training_machine import Killed, train
from tests.functions.worlds import in_world

FILE = f"raw/{DATASET}/all.csv"


def send(world: ModelWorld, table: bytes) -> ModelWorld:
    """The world with that table accepted."""
    world.uploads.put(FILE, table)
    upload = accept_upload(
        *(Arrival(FILE, None, len(table)), world.contracts),
        uploads=world.uploads,
        lake=world.lake,
        catalog=world.catalog,
        events=world.events,
        clock=world.clock,
    )
    assert upload.accepted == upload.rows
    return world


@pytest.fixture
def world(tmp_path: Path) -> ModelWorld:
    return send(ModelWorld(subject(tmp_path)), TABLE)


def made_of(run: Run) -> tuple[object, ...]:
    """The digests of what a run was made of, and of what came of it."""
    assert run.provenance is not None
    of = run.provenance
    return of.training_set, of.rows, of.code, of.charter, dict(of.heads), dict(run.artifacts)


@pytest.mark.slow
def test_a_training_in_this_process_is_the_workflows_to_the_bit(world: ModelWorld, tmp_path: Path) -> None:
    run = train(world, "r1")
    assert (run.status, run.version) == ("registered", 1)
    here = HereWorld(world.source(MODEL), world.clock)
    (tmp_path / "all.csv").write_bytes(TABLE)
    here.send(DATASET, tmp_path / "all.csv")
    with code_in_place(world.folder):
        other = here.train("r1", world.model_function, world.model_room)
    assert made_of(other) == made_of(run)
    assert set(run.artifacts) == {"scores", "estimator", "layer"}
    assert (other.status, other.verdict, other.contest) == (run.status, run.verdict, run.contest)


@pytest.mark.slow
def test_a_rerun_is_the_same_to_the_bit_whatever_is_deployed_meanwhile(world: ModelWorld, tmp_path: Path) -> None:
    run = train(world, "r1")
    send(world, TABLE.replace(b"2013-01", b"2013-03"))
    world.deploy(subject(tmp_path, PIPELINE.replace("max_depth=", "n_jobs=1, criterion='entropy', max_depth=")))
    rerun = train(world, "r2", cause="rerun", parent="r1")
    assert (rerun.status, rerun.parent, rerun.version) == ("repeated", "r1", None)
    assert made_of(rerun)[:5] == made_of(run)[:5]
    assert rerun.repeat is not None
    assert (rerun.repeat.predictions, rerun.repeat.artifacts) == (0, {"estimator": True, "layer": True})
    assert (rerun.repeat.is_exact, rerun.repeat.changed) == (True, ())
    assert "the same to the bit" in (rerun.reason or "")
    assert [version.run for version in world.catalog.versions(MODEL)] == ["r1"]
    assert [event.name for event in world.events.published].count("Model Registered") == 1
    (summary,) = [item for item in world.catalog.latest_summaries(MODEL).items if item.id == "r2"]
    assert (summary.parent, summary.status) == ("r1", "repeated")


@pytest.mark.slow
def test_what_has_changed_since_is_named(world: ModelWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    train(world, "r1")
    for changed in ("lock_digest", "layer_digest", "processor"):
        monkeypatch.setattr(f"serin.services.train_model.{changed}", lambda *_: "another")
    rerun = train(world, "r2", cause="rerun", parent="r1")
    assert rerun.repeat is not None
    assert [told.partition(" (")[0] for told in rerun.repeat.changed] == [
        "the lock of what is installed beside scikit-learn",
        "the platform's library",
        "the processor",
    ]
    assert "although something else has changed" in rerun.repeat.sentence


@pytest.mark.slow
def test_a_pipeline_that_does_not_repeat_itself_is_told_so(tmp_path: Path) -> None:
    world = send(ModelWorld(subject(tmp_path, UNSEEDED)), TABLE)
    train(world, "r1")
    rerun = train(world, "r2", cause="rerun", parent="r1")
    assert rerun.repeat is not None
    assert rerun.repeat.predictions is not None
    assert rerun.repeat.predictions > 0
    assert rerun.repeat.artifacts["estimator"] is False
    assert "give each of its parts a random_state" in rerun.repeat.sentence


def test_a_run_without_a_verdict_is_not_repeated(world: ModelWorld, tmp_path: Path) -> None:
    world.deploy(subject(tmp_path, "def pipeline(columns, params):\n    raise ValueError('no')\n"))
    assert train(world, "r1").status == "failed"
    with pytest.raises(Conflict, match="r1 is failed and has no verdict"):
        start_rerun(MODEL, "r1", an_asking(), People(), catalog=world.catalog, workflows=world.workflows)


@pytest.mark.slow
def test_a_training_goes_by_the_code_it_began_with(world: ModelWorld, tmp_path: Path) -> None:
    """A deploy between two of its states changes nothing of it."""

    def deployed(state: str) -> None:
        if state == "Build":
            world.deploy(subject(tmp_path / "later", "def pipeline(columns, params):\n    raise ValueError('new')\n"))

    run = train(world, "r1", deployed)
    assert run.status == "registered"


STATES = ("Build", "Check", "Trial", "Note", "Select", "Contest", "Judge", "Refit", "Register")


@pytest.mark.slow
def test_whoever_is_killed_leaves_the_champion_and_the_next_run_does_the_work(
    world: ModelWorld, tmp_path: Path
) -> None:
    world.deploy(subject(tmp_path, PIPELINE.replace('["size", "warm"]', '["warm"]')))
    assert train(world, "weak").status == "registered"
    world.catalog.save_release(a_release(model=MODEL, id="rel1", version=1, status="live"))
    world.deploy(subject(tmp_path))
    for state in STATES:
        with pytest.raises(Killed):
            train(world, f"killed-{state}", killed_at(state))
        champion = live_version(MODEL, catalog=world.catalog)
        assert champion is not None
        assert champion.version == 1
        # The lease of whoever says no more ends; the run that comes next gets as far as its own end.
        world.clock.advance(SPAN)
    assert train(world, "whole").status == "registered"
    # What was killed once it had registered is a whole version; nothing else is there of the others.
    assert [version.run for version in world.catalog.versions(MODEL)] == ["weak", "killed-Register", "whole"]


def killed_at(state: str) -> Callable[[str], None]:
    """Ends the execution once that state's function has done its work, before anybody hears its answer."""

    def seen(at: str) -> None:
        if at == state:
            raise Killed

    return seen


@pytest.mark.slow
def test_two_trainings_at_once_are_one_and_the_other_is_told_which(world: ModelWorld) -> None:
    other: list[Run] = []

    def second(state: str) -> None:
        if state == "Select":
            other.append(train(world, "r2"))

    first = train(world, "r1", second)
    assert first.status == "registered"
    (refused,) = other
    assert (refused.status, refused.reason) == (
        "skipped",
        "run r1 is under way, which call began at 2013-04-01 12:00Z; it has the lease on trainings of subject until it "
        "ends, or until 2013-04-01 13:00Z if it says no more: train again then",
    )


def test_the_lease_of_whoever_says_no_more_ends(world: ModelWorld) -> None:
    with pytest.raises(Killed):
        train(world, "r1", killed_at("Build"))
    assert train(world, "r2").status == "skipped"
    world.clock.advance(SPAN)
    with pytest.raises(Killed):
        train(world, "r3", killed_at("Build"))
    silent = world.catalog.run(MODEL, "r1")
    assert (silent.status, silent.reason) == (
        "failed",
        "It said no more until 2013-04-01 13:00Z, when its lease ended: its execution was ended, or lost. "
        "Remedy: Nothing; run r3 trains in its place.",
    )


@pytest.mark.slow
def test_a_stopped_training_says_so_at_once_and_the_next_one_need_not_wait(world: ModelWorld) -> None:
    with pytest.raises(Killed):
        train(world, "r1", killed_at("Build"))
    assert ended(world, "r1", status="ABORTED") == {"recorded": True}
    stopped = world.catalog.run(MODEL, "r1")
    assert (stopped.status, stopped.reason) == ("failed", "its workflow aborted. Remedy: Train again.")
    assert train(world, "r2").status == "registered"
    # Whoever ended of itself, or before its first step, is left as it is.
    assert ended(world, "r2", status="TIMED_OUT") == {"recorded": True}
    assert world.catalog.run(MODEL, "r2").status == "registered"
    assert ended(world, "never", status="ABORTED") == {"recorded": False}
    assert ended(world, None, status="ABORTED") == {"recorded": False}


def ended(world: ModelWorld, run: str | None, **detail: Any) -> Any:
    """What is done when the execution of a run has ended."""
    detail |= {"input": json.dumps({"model": MODEL, "run": run})}
    event = {"detail-type": "Step Functions Execution Status Change", "source": "aws.states", "detail": detail}
    return in_world("evaluate_model", world).handle(event, None)


LAMBDA = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer


def pipeline(columns, params):
    return make_pipeline(FunctionTransformer(lambda table: table[["size"]]), LogisticRegression())
"""


FAILING = {
    f"import a_module_of_nobody\n{PIPELINE}": "a_module_of_nobody",
    "def pipeline(columns, params):\n    raise ValueError('no such day')\n": "no such day (pipeline.py, line 2)",
    "def pipeline(columns, params):\n    return object()\n": "made a object without `fit`",
    PIPELINE.replace("Forest", "NoForest"): "RandomNoForestClassifier",
    LAMBDA: "cannot be written to a file",
    f"{PIPELINE}\nraise SystemExit(3)\n": "SystemExit",
}
"""Code of a team → why nothing can be trained by it."""


@pytest.mark.slow
def test_code_that_cannot_be_trained_fails_its_run_with_reason_and_remedy_and_the_platform_goes_on(
    world: ModelWorld, tmp_path: Path
) -> None:
    for number, (pipeline, reason) in enumerate(FAILING.items()):
        world.deploy(subject(tmp_path, pipeline))
        run = train(world, f"r{number}")
        assert (run.status, reason in (run.reason or ""), "Remedy: " in (run.reason or "")) == ("failed", True, True)
    world.deploy(subject(tmp_path))
    assert train(world, "whole").status == "registered"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("Sandbox.Timedout", "Task timed out after 900.00 seconds"),
        ("Runtime.ExitError", "Runtime exited with error: signal: killed"),
    ],
)
def test_code_that_never_ends_or_takes_all_memory_fails_its_run_with_reason_and_remedy(
    world: ModelWorld, error: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda ends the function, so that no line of it can say why."""
    ended = type(error, (Exception,), {})

    def endless(self: Trainer, trials: object) -> None:
        raise ended(f"RequestId: 1 Error: {said}")

    monkeypatch.setattr(Trainer, "check", endless)
    run = train(world, "r1")
    assert run.status == "failed"
    assert (run.reason or "").startswith(f"{error}: RequestId: 1 Error: {said}")
    assert "Remedy: " in (run.reason or "")


@pytest.mark.slow
def test_a_training_set_in_pieces_is_the_same_to_the_bit_and_taken_up_where_it_was_killed(
    world: ModelWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, computed = train(world, "r1"), list[str]()
    rounds = dict(cut_rounds._ROUNDS)

    def counted(each: Any) -> Any:
        def done(source: Any, piece: Any, folder: Any) -> Any:
            computed.append(piece.name)
            return rounds[each](source, piece, folder)

        return done

    def third(state: str) -> None:
        if state == "Piece" and len(computed) == 3:
            raise Killed

    monkeypatch.setattr(cut_rounds, "_ROUNDS", {each: counted(each) for each in rounds})
    with pytest.raises(Killed):
        train(world, "r2", third, cause="rerun", parent="r1", in_pieces="yes")
    rerun = train(world, "r3", cause="rerun", parent="r1", in_pieces="yes")
    assert (rerun.status, made_of(rerun)[:5]) == ("repeated", made_of(run)[:5])
    assert len(computed) == len(set(computed)) > 3
    assert {name.partition("-")[0] for name in computed} == {"deal", "derive", "gather"}
    # Whoever comes with a piece that is done finds it so.
    task = next(key for key in world.lake.keys("cut/") if key.endswith("task.json"))
    with code_in_place(world.folder):
        in_world("build_training_set", world).handle({"step": "piece", "task": task, "piece": computed[0]}, None)
    assert len(computed) == len(set(computed))
