from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from serin.domain.errors import Conflict
from serin.domain.release_course import Course
from serin.domain.releases import Lease
from serin.ports import AliasState
from tests.unit.services.releasing import BASIC, MODEL, World, with_live

DEAD = timedelta(hours=1)


def test_a_model_nobody_released_is_as_intended() -> None:
    assert World().reconcile().found == "as intended"


def test_a_finished_release_is_as_intended() -> None:
    world = with_live()
    assert world.reconcile().found == "as intended"
    assert world.serving() == 1


def test_a_running_release_is_left_alone() -> None:
    world = with_live()
    world.until("rel2", 2, "judge")
    split = world.endpoint.alias(MODEL)
    assert world.reconcile().found == "release running"
    assert world.endpoint.alias(MODEL) == split


@pytest.mark.parametrize("until", ["judge", "promote", "bake", "finish"])
def test_what_a_dead_release_left_is_put_back_once_its_lease_ran_out(until: str) -> None:
    world = with_live()
    world.until("rel2", 2, until)
    world.clock.advance(DEAD)
    assert world.reconcile().found == "put back"
    assert (world.serving(), world.live()) == (1, 1)
    assert (world.known("rel2").status, world.known("rel2").reason) == ("rolled_back", "its workflow ended early")
    assert [event.detail["status"] for event in world.events.published] == ["rolled_back"]
    assert world.reconcile().found == "as intended"
    assert world.lease_is_free()


def test_the_first_release_of_a_model_is_put_back_to_the_deployed_function() -> None:
    world = World()
    world.until("rel1", 1, "finish")
    world.clock.advance(DEAD)
    assert world.reconcile().found == "put back"
    assert world.endpoint.alias(MODEL).function_version == "1"


def test_a_release_that_died_before_its_first_step_is_ended() -> None:
    world = with_live()
    world.begin("rel2", 2)
    world.clock.advance(DEAD)
    assert world.reconcile().found == "as intended"
    assert world.known("rel2").status == "failed"


def test_an_abandoned_release_is_as_intended() -> None:
    world = with_live()
    world.until("rel2", 2, "bake")
    world.abandon("rel2")
    assert world.reconcile().found == "as intended"
    assert world.serving() == 1


@pytest.mark.parametrize(
    "alias", [AliasState("77", {}, "r9"), AliasState("2", {"77": 0.5}, "r9")], ids=["version", "weights"]
)
def test_an_alias_changed_by_somebody_else_is_reported_and_left(alias: AliasState) -> None:
    world = with_live()
    world.endpoint.aliases[MODEL] = alias
    assert world.reconcile().found == "changed by somebody else"
    assert world.endpoint.alias(MODEL) == alias
    assert world.lease_is_free()


def test_what_a_person_put_back_by_hand_after_a_release_ended_is_left() -> None:
    world = with_live()
    world.release("rel2", 2)
    before = AliasState("2", {}, "r9")
    world.endpoint.aliases[MODEL] = before
    assert world.reconcile().found == "changed by somebody else"
    assert world.endpoint.alias(MODEL) == before


def test_an_alias_somebody_moved_after_a_dead_release_is_left() -> None:
    world = with_live()
    world.until("rel2", 2, "judge")
    world.endpoint.aliases[MODEL] = AliasState("77", {}, "r9")
    world.clock.advance(DEAD)
    assert world.reconcile().found == "changed by somebody else"
    assert world.endpoint.alias(MODEL).function_version == "77"


def late_move(world: World) -> None:
    """A share that a release set after it was taken back: Lambda had the call already."""
    world.until("rel2", 2, "judge")
    split = world.endpoint.alias(MODEL)
    world.abandon("rel2")
    world.endpoint.aliases[MODEL] = AliasState(split.function_version, split.weights, "r9")


def test_weights_without_a_release_are_put_back() -> None:
    world = with_live()
    late_move(world)
    assert world.reconcile().found == "put back"
    assert (world.serving(), world.lease_is_free()) == (1, True)


def test_a_reconciler_gives_its_lease_back_even_when_it_could_not_move_the_alias() -> None:
    world = with_live()
    late_move(world)

    def refuse(*arguments: Any) -> AliasState:
        raise Conflict(f"The alias has changed: {len(arguments)}.", "Look who changed it.")

    world.endpoint.move_alias = refuse
    with pytest.raises(Conflict):
        world.reconcile()
    assert world.lease_is_free()


def test_a_release_that_wakes_up_after_it_was_put_back_cannot_finish() -> None:
    world = with_live(BASIC)
    course = world.until("rel2", 2, "finish")
    world.clock.advance(DEAD)
    world.reconcile()
    assert world.step("rel2", course) == Course("end")
    assert (world.serving(), world.live()) == (1, 1)


def test_what_was_released_between_the_look_and_the_lease_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look met a share that nobody runs; by the time the lease is had, others have spoken."""
    world = with_live(BASIC)
    world.until("rel2", 2, "finish")
    moved = world.endpoint.alias(MODEL)
    world.abandon("rel2")
    world.endpoint.aliases[MODEL] = AliasState(moved.function_version, {}, "r9")
    acquire = world.control.acquire

    def late(model: str, holder: str, now: datetime, span: timedelta, fresh: bool = False) -> Lease | None:
        if holder == "reconciler":
            monkeypatch.setattr(world.control, "acquire", acquire)
            world.release("rel3", 2)
        lease: Lease | None = acquire(model, holder, now, span, fresh)
        return lease

    monkeypatch.setattr(world.control, "acquire", late)
    assert world.reconcile().found == "as intended"
    assert (world.serving(), world.live()) == (2, 2)
