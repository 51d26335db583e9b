"""The judge's function: what one step of the workflow answers is what the next one is given."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from serin.domain.experiments import TrialResult
from serin.domain.models import Artifact
from serin.domain.names import digest
from serin.domain.records import as_record
from serin.learning.scores import write_scores
from serin.services.train_model import Checked
from tests.builders import a_release, a_run, a_trial, a_version
from tests.functions.worlds import World, in_world
from tests.unit.services.test_evaluate_model import FILE, HOLDOUT, SET, scores

MODEL = "late-orders"
CHAMPION = a_version(1, run="r0", learnt_until=HOLDOUT - timedelta(days=1))
EVENT = {"model": MODEL, "run": "r1", "training_set": as_record(SET)}


@pytest.fixture
def judging(world: World) -> World:
    """Version 1 of the model is live; run r1 has tried two sets of parameters, of which the second is better."""
    world.catalog.begin_run(a_run())
    world.catalog.register(CHAMPION)
    world.catalog.save_release(a_release(status="live"))
    return world


def take(world: World, step: str, **given: object) -> Any:
    """The step's answer, as Step Functions carries it."""
    return json.loads(json.dumps(in_world("evaluate_model", world).handle({**EVENT, **given, "step": step}, None)))


def selected(world: World) -> Any:
    losses = {1: 0.5, 2: 0.4}
    results = [
        TrialResult(a_trial(number), {"log_loss": loss}, 1.0, scored=Artifact(f"trial-{number}.npz", f"d{number}"))
        for number, loss in losses.items()
    ]
    return take(world, "select", checked=as_record(Checked()), results=[as_record(result) for result in results])


def judged(world: World, champion: object, challenger: float = 0.8, incumbent: float | None = 0.9) -> Any:
    content = write_scores(scores(challenger, incumbent, champion_version=None if incumbent is None else 1))
    world.artifacts.put("scores.npz", content)
    world.lake.put(SET.columns, FILE)
    return take(world, "judge", champion=champion, scores={"key": "scores.npz", "digest": digest(content)})


def test_the_best_trial_meets_the_version_that_is_live(judging: World) -> None:
    answer = selected(judging)
    assert (answer["trial"]["number"], answer["champion"]) == (2, as_record(CHAMPION))
    assert answer["scored"] == {"key": "trial-2.npz", "sha256": "d2"}


def test_the_champion_of_another_model_is_not_met(judging: World) -> None:
    judging.catalog.save_release(a_release(model="returns", id="rel9", version=9, status="live"))
    assert selected(judging)["champion"]["version"] == 1
    judging.catalog.save_release(a_release(id="rel2", version=2, status="failed"))
    assert selected(judging)["champion"]["version"] == 1


def test_a_challenger_is_judged_against_the_champion_it_was_given(judging: World) -> None:
    answer = judged(judging, selected(judging)["champion"])
    assert answer["verdict"] == "fail"
    assert "version 1" in answer["sentence"]
    contest = judging.catalog.run(MODEL, "r1").contest
    assert contest is not None
    assert contest.champion_version == 1


def test_without_a_champion_there_is_nothing_to_be_better_than(judging: World) -> None:
    assert judged(judging, None, challenger=0.99, incumbent=None)["verdict"] == "pass"


@pytest.mark.parametrize(("champion", "incumbent"), [(as_record(CHAMPION), None), (None, 0.9)])
def test_scores_of_other_contestants_than_the_judge_was_told_of_decide_nothing(
    judging: World, champion: object, incumbent: float | None
) -> None:
    """What ran the model's code wrote the scores: it could leave the champion out."""
    assert judged(judging, champion, challenger=0.99, incumbent=incumbent)["verdict"] == "invalid"
    assert judging.catalog.run(MODEL, "r1").status == "invalid"


def test_what_passed_is_registered_as_the_next_version(judging: World) -> None:
    judged(judging, selected(judging)["champion"], challenger=0.9, incumbent=0.6)
    artifact = {"key": "models/late-orders/r1/model.joblib", "sha256": "e" * 64}
    refit = {"estimator": artifact, "layer": artifact, "lock": "l1", "runtime": {}}
    answer = take(judging, "register", trial=as_record(a_trial(2)), refit=refit)
    assert answer == {"version": 2}
    assert judging.catalog.version(MODEL, 2).run == "r1"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"Error": "Invalid", "Cause": '{"errorMessage": "No trial."}'}, "Invalid: No trial."),
        ({"Error": "States.Timeout"}, "States.Timeout: "),
        ({"Error": "E", "Cause": "[1]"}, "E: [1]"),
        ({"Cause": "cut"}, "Error: cut"),
    ],
)
def test_a_run_that_failed_says_what_the_workflow_caught(judging: World, error: dict[str, str], reason: str) -> None:
    assert take(judging, "failed", error=error) == {"recorded": True}
    run = judging.catalog.run(MODEL, "r1")
    assert (run.status, run.reason) == ("failed", reason)
