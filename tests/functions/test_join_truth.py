"""The step of a release that looks whether the truth about its shadow has come."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from serin.domain.charter import DatasetUse, Derivation
from tests.builders import NOON, a_charter
from tests.functions.worlds import World, in_world
from tests.unit.services.test_join_truth import HOUR, Joining, asked
from tests.unit.services.truths import MODEL, Truths


def a_world(joining: Joining) -> World:
    """The platform as the function finds it."""
    world = World(lake=joining.lake, artifacts=joining.artifacts, catalog=joining.catalog)
    world.clock.moment = joining.now
    return world


def test_the_step_answers_how_many_rows_have_their_truth() -> None:
    joining = asked()
    joining.arrives((0, True))
    answer = in_world("join_truth", a_world(joining)).handle({"release": "rel1", "correlation": "c1"}, None)
    assert answer == {"waiting": 3, "joined": 1}
    assert joining.labels() == {"p0-011200": True}


def test_without_a_release_what_was_said_of_the_models_predictions_is_joined() -> None:
    truths = Truths()
    name = truths.asks(0)
    truths.arrives((0, True), at=NOON + HOUR)
    world = World(lake=truths.lake, catalog=truths.catalog, charters={MODEL: truths.charter})
    world.clock.moment = truths.now = NOON + HOUR
    event = {"detail-type": "Upload Accepted", "detail": {"dataset": "orders", "upload_id": "u1", "correlation": "c1"}}
    assert in_world("join_truth", world).handle(event, None) == {"facts": 1, "days": 1}
    assert truths.labels() == {name: True}


def test_truth_that_cannot_be_read_is_said_in_the_log_and_in_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    dataset = DatasetUse("orders", "contracts/orders.yaml", Derivation("features:breaks"))
    joining = asked(replace(a_charter(), datasets=(dataset, a_charter().datasets[1])))
    joining.arrives((0, True))
    answer = in_world("join_truth", a_world(joining)).handle({"release": "rel1", "correlation": "c1"}, None)
    line = json.loads(capsys.readouterr().out)
    assert (line["outcome"], line["release"], line["correlation"]) == ("refused", "rel1", "c1")
    assert "nothing is late" in answer["reason"]
    assert line["message"] == answer["reason"]
