"""The trainer's function: each step is handed on with what the workflow said, the champion included."""

from __future__ import annotations

from typing import Any

import pytest

from serin.domain.models import Artifact
from serin.domain.records import as_record
from serin.services.train_model import ScoresFile
from tests.builders import a_training_set, a_trial, a_version
from tests.functions.worlds import World, in_world


class Trainer:
    """A trainer that says what it was asked."""

    asked: tuple[object, ...] = ()

    def __init__(
        self,
        charter: Any,
        training_set: object,
        code: object,
        golden: object,
        *,
        lake: object,
        artifacts: object,
        room: int,
        place: object,
        terms: object,
    ) -> None:
        self.made_of = charter.model, training_set
        assert room > 0

    def contest(self, run: str, trial: object, champion: object, scored: object) -> ScoresFile:
        Trainer.asked = (*self.made_of, run, trial, champion, scored)
        return ScoresFile("scores.npz", "d1")


@pytest.mark.parametrize("champion", [None, a_version(3)])
@pytest.mark.parametrize("given", [{}, {"scored": None}, {"scored": {"key": "trial-2.npz", "sha256": "d2"}}])
def test_a_contest_is_held_against_the_champion_the_workflow_names_with_what_the_trial_has_kept(
    world: World, champion: Any, given: dict[str, Any]
) -> None:
    module = in_world("train_model", world)
    module.Trainer = Trainer
    event = {
        "step": "contest",
        "run": "r1",
        "trial": as_record(a_trial(2)),
        "training_set": as_record(a_training_set()),
        "champion": as_record(champion) if champion else None,
        **given,
    }
    scored = Artifact("trial-2.npz", "d2") if given.get("scored") else None
    assert module.handle(event, None) == {"key": "scores.npz", "digest": "d1"}
    assert Trainer.asked == ("late-orders", a_training_set(), "r1", a_trial(2), champion, scored)
