"""Faults of the world around a release, each by itself: the old or the new version serves, and the next goes live."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from serin.domain.aws_events import end_of_execution, named_in_execution
from serin.domain.errors import Conflict, Corrupt, Unavailable
from serin.domain.release_course import Course
from serin.domain.releases import Intent
from serin.ports import AliasState
from serin.services.withdraw_version import withdraw_version
from tests.unit.services.releasing import MODEL, World, policy, with_live

QUICK = policy(bake=timedelta(minutes=2))


def at_rest(world: World, version: int) -> None:
    """The version serves and is live, nobody has the lease, and the next release goes through."""
    assert (world.serving(), world.live(), world.lease_is_free()) == (version, version, True)
    assert world.reconcile().found == "as intended"
    assert world.release("next", 3).status == "live"
    assert (world.serving(), world.live()) == (3, 3)


@pytest.mark.parametrize("until", ["promote", "bake", "prune", "finish"])
def test_a_rollback_that_is_asked_for_during_the_promotion_is_done_after_it(until: str) -> None:
    world = with_live(QUICK)
    world.release("rel2", 2)
    course = world.until("rel3", 3, until)
    assert world.begin("back", 1, "rollback").next == "end"
    world.walk("rel3", course)
    assert world.workflows.releases["back-a1"] == (MODEL, 1, "rollback")
    world.walk("back", world.begin("back", 1, "rollback"))
    at_rest(world, 1)


def test_a_release_that_is_aborted_twice_during_its_promotion_is_put_back_once() -> None:
    world = with_live(QUICK)
    course = world.until("rel2", 2, "bake")
    for _ in range(2):
        world.abandon("rel2", "Aborted by ana.")
    assert world.step("rel2", course).next == "end"
    assert [what for what, release, _ in world.told if release == "rel2"][-1] == "rolled_back"
    assert len(world.events.published) == 1
    at_rest(world, 1)


@pytest.mark.parametrize("method", ["alias", "publish", "move_alias"])
def test_a_control_plane_that_takes_no_calls_for_a_while_costs_only_repeats(method: str) -> None:
    world, refused = with_live(QUICK), []
    answers = getattr(world.endpoint, method)

    def throttled(*arguments: Any) -> Any:
        if len(refused) < 3:
            refused.append(method)
            raise Unavailable("Lambda takes no more calls.", "Try again.")
        return answers(*arguments)

    setattr(world.endpoint, method, throttled)
    course = Course("end")
    while course.next == "end":
        try:
            course = world.begin("rel2", 2)
        except Unavailable:
            continue
    while course.next != "end":
        try:
            course = world.step("rel2", course)
        except Unavailable:
            continue
    assert len(refused) == 3
    assert world.weights("rel2") == [10, 50, 100]
    at_rest(world, 2)


def test_a_release_that_cannot_even_be_put_back_is_put_back_when_lambda_answers_again() -> None:
    world = with_live(QUICK)
    world.until("rel2", 2, "judge")
    move = world.endpoint.move_alias

    def throttled(*_: Any) -> Any:
        raise Unavailable("Lambda takes no more calls.", "Try again.")

    world.endpoint.move_alias = throttled
    for _ in range(3):
        with pytest.raises(Unavailable):
            world.abandon("rel2")
    assert world.known("rel2").is_open
    world.endpoint.move_alias = move
    world.clock.advance(timedelta(hours=1))
    assert world.reconcile().found == "put back"
    assert world.known("rel2").status == "rolled_back"
    at_rest(world, 1)


def test_an_artifact_that_is_not_the_registered_one_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = with_live(QUICK)

    def corrupt(*_: Any) -> Any:
        raise Corrupt("The layer has digest 0000, the registry recorded ffff.", "Train again.")

    with monkeypatch.context() as changed:
        changed.setattr(world.endpoint, "publish", corrupt)
        with pytest.raises(Corrupt):
            world.until("rel2", 2, "golden")
    world.abandon("rel2", "Corrupt: The layer has digest 0000, the registry recorded ffff.")
    assert world.known("rel2").status == "failed"
    at_rest(world, 1)


@pytest.mark.parametrize("until", ["publish", "shadow", "judge", "promote", "bake"])
def test_an_execution_that_ends_by_what_no_catcher_sees_is_put_back_by_its_event(until: str) -> None:
    world = with_live(QUICK)
    course = world.until("rel2", 2, until)
    detail = {
        "status": "FAILED",
        "error": "States.DataLimitExceeded",
        "cause": "The state returned too much.",
        "input": json.dumps({"model": MODEL, "release": "rel2"}),
    }
    assert named_in_execution(detail, "model", "release") == (MODEL, "rel2")
    for _ in range(2):
        world.abandon("rel2", end_of_execution(detail))
    assert (world.known("rel2").reason or "").startswith("its workflow failed: States.DataLimitExceeded")
    assert world.step("rel2", course).next == "end"
    at_rest(world, 1)


@pytest.mark.parametrize("until", ["publish", "shadow", "judge", "promote", "bake"])
def test_a_version_that_is_withdrawn_while_it_is_released_is_taken_back(until: str) -> None:
    world = with_live(QUICK)
    course = world.until("rel2", 2, until)
    withdraw_version(MODEL, 2, "minutes is the answer", "ana", catalog=world.catalog, clock=world.clock)
    with suppress(Conflict):
        course = world.walk("rel2", course)
        assert (course.next, "minutes is the answer" in course.reason) == ("abandon", True)
    world.abandon("rel2", course.reason)
    at_rest(world, 1)


def test_a_deploy_releases_what_is_live_also_where_that_is_withdrawn() -> None:
    world = with_live(QUICK)
    withdraw_version(MODEL, 1, "minutes is the answer", "ana", catalog=world.catalog, clock=world.clock)
    world.endpoint.deploy = "code-2"
    assert world.release("rel2", 1, "deployed").status == "live"


def test_before_anything_is_live_whatever_serves_whole_is_what_a_first_release_finds_and_goes_back_to() -> None:
    """Also when it was another version for a while: a first release that was taken back then stops no other."""
    world = World()
    course = world.until("rel1", 1, "promote")
    world.endpoint.aliases[MODEL] = AliasState("77", {}, "r77")
    world.step("rel1", course)
    world.abandon("rel1")
    assert world.endpoint.alias(MODEL).function_version == "77"
    world.endpoint.aliases[MODEL] = AliasState("1", {}, "r78")
    assert world.reconcile().found == "as intended"
    assert world.release("rel2", 2).status == "live"
    assert (world.serving(), world.live()) == (2, 2)


def test_a_first_release_that_is_promoted_while_it_is_taken_back_is_put_back_to_what_was_deployed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its step has its lease still when the release is abandoned, and nothing has been intended before."""
    world = World()
    world.until("rel1", 1, "promote")
    intent, epoch = world.control.intent, world.known("rel1").epoch

    def overtaken(model: str) -> Any:
        monkeypatch.setattr(world.control, "intent", intent)
        known = intent(model)
        world.control.save_intent(Intent(MODEL, "rel1", epoch, "2", "1"))
        world.endpoint.move_alias(MODEL, "2", world.endpoint.alias(MODEL))
        return known

    monkeypatch.setattr(world.control, "intent", overtaken)
    world.abandon("rel1", "Aborted by ana.")
    assert world.endpoint.alias(MODEL).function_version == "1"
    assert (world.live(), world.lease_is_free()) == (None, True)
    assert world.release("rel2", 2).status == "live"


def test_a_beginning_sent_twice_that_comes_after_the_promotion_takes_nothing_back() -> None:
    world = with_live()
    world.until("rel2", 2, "bake")
    promoted = world.endpoint.alias(MODEL)
    world.begin("rel2", 2)
    assert world.endpoint.alias(MODEL) == promoted


def test_an_alias_that_a_person_moved_before_the_end_ends_the_release_and_not_as_live() -> None:
    world = with_live()
    course = world.until("rel2", 2, "finish")
    world.endpoint.aliases[MODEL] = AliasState("2", {}, "r77")
    with pytest.raises(Conflict, match="Somebody else has changed the alias"):
        world.step("rel2", course)
    world.abandon("rel2")
    assert (world.known("rel2").status, world.live()) == ("rolled_back", 1)
    assert world.reconcile().found == "as intended"
