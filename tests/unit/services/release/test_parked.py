"""Releases that wait for another: parked, started in turn by whoever ends, and started again when that is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from serin.domain.release_course import LEASE
from serin.domain.releases import Lease
from serin.services.release.deployed import release_deployed
from tests.unit.services.releasing import BASIC, MODEL, World, with_live


def waiting(world: World) -> list[str]:
    return [parked.release for parked in world.control.parked(MODEL)]


def test_the_second_of_two_releases_at_once_waits_and_is_started_when_the_first_has_ended() -> None:
    world = with_live(BASIC)
    first = world.begin("rel2", 2)
    assert world.begin("rel3", 3).next == "end"
    assert (world.known("rel3").status, waiting(world)) == ("waiting", ["rel3"])
    assert ("parked", "rel3", "Another release runs; this one starts when that has ended.") in world.told
    world.walk("rel2", first)
    assert world.workflows.releases["rel3-a1"] == (MODEL, 3, "registered")
    assert world.release("rel3", 3).status == "live"
    assert (waiting(world), world.live()) == ([], 3)


def test_whoever_is_taken_back_makes_room_too() -> None:
    world = with_live()
    world.until("rel2", 2, "judge")
    world.begin("rel3", 3)
    world.abandon("rel2")
    assert "rel3-a1" in world.workflows.releases


def test_a_release_that_waits_and_is_aborted_is_not_started() -> None:
    world = with_live(BASIC)
    first = world.begin("rel2", 2)
    for name in ("rel3", "rel4"):
        world.begin(name, 3)
    assert world.abandon("rel3", "Aborted by ana.") is not None
    world.walk("rel2", first)
    assert (world.known("rel3").status, list(world.workflows.releases)) == ("failed", ["rel4-a1"])


def test_an_old_version_is_put_back_before_whoever_came_first() -> None:
    world = with_live()
    world.until("rel2", 2, "judge")
    world.begin("rel3", 3)
    world.begin("back", 1, "rollback")
    world.abandon("rel2")
    assert list(world.workflows.releases) == ["back-a1"]


def test_the_one_that_had_the_lease_may_end_just_before_the_other_is_parked(monkeypatch: pytest.MonkeyPatch) -> None:
    world = with_live(BASIC)
    first = world.begin("rel2", 2)
    acquire, refused = world.control.acquire, []

    def once_refused(model: str, holder: str, *rest: Any) -> Lease | None:
        lease: Lease | None = acquire(model, holder, *rest)
        if holder == "rel3" and lease is None and not refused:
            refused.append(holder)
            world.walk("rel2", first)
        return lease

    monkeypatch.setattr(world.control, "acquire", once_refused)
    assert world.begin("rel3", 3).next == "publish"
    assert (waiting(world), world.known("rel3").previous) == ([], 2)


def test_a_start_that_came_to_nothing_is_repeated_by_the_reconciler_after_a_while() -> None:
    world = with_live(BASIC)
    first = world.begin("rel2", 2)
    world.begin("rel3", 3)
    world.walk("rel2", first)
    world.reconcile()
    assert list(world.workflows.releases) == ["rel3-a1"], "it was started a moment ago"
    world.clock.advance(LEASE)
    world.reconcile()
    assert list(world.workflows.releases) == ["rel3-a1", "rel3-a2"]
    assert world.release("rel3", 3).status == "live"


def test_who_loses_the_lease_again_waits_on_in_its_old_place() -> None:
    world = with_live(BASIC)
    first = world.begin("rel2", 2)
    world.begin("rel3", 3)
    world.walk("rel2", first)
    world.begin("rel4", 2, "call")
    assert world.begin("rel3", 3).next == "end"
    (parked,) = world.control.parked(MODEL)
    assert (parked.release, parked.attempt, parked.started) == ("rel3", 2, None)
    assert [step.name for step in world.catalog.steps(MODEL, "rel3")] == ["park"]


def deployed(world: World, name: str = "d1") -> bool:
    world.clock.advance(timedelta(seconds=1))
    return release_deployed(
        MODEL,
        name,
        catalog=world.catalog,
        control=world.control,
        endpoint=world.endpoint,
        workflows=world.workflows,
    )


def test_what_is_live_gets_the_code_of_a_deploy_by_a_release() -> None:
    world = with_live()
    assert not deployed(world), "the code is the one that is live"
    world.endpoint.deploy = "code-2"
    assert deployed(world)
    assert world.workflows.releases["d1"] == (MODEL, 1, "deployed")
    assert world.release("d1", 1, "deployed").status == "live"
    assert (world.live(), world.endpoint.alias(MODEL).function_version, world.weights("d1")) == (1, "3", [10, 50, 100])
    assert not deployed(world)


@pytest.mark.parametrize("told_of_it", [True, False])
def test_what_was_live_goes_live_again_on_an_endpoint_that_was_destroyed_and_deployed_again(told_of_it: bool) -> None:
    world = with_live()
    world.endpoint.deleted |= {(MODEL, number) for number in world.endpoint.function_versions(MODEL)[1:]}
    del world.endpoint.aliases[MODEL]
    assert world.reconcile().found == "changed by somebody else"
    if told_of_it:
        assert deployed(world), "though it is the code that was live"
        assert world.workflows.releases["d1"] == (MODEL, 1, "deployed")
    release = world.release("d1", 1, "deployed" if told_of_it else "call")
    assert (release.status, release.previous) == ("live", None)
    assert world.weights("d1") == [100], "nobody answers what it could be compared with"
    assert (world.live(), world.endpoint.alias(MODEL).function_version) == (1, "3")
    assert world.reconcile().found == "as intended"


def test_a_deploy_before_anything_is_live_releases_nothing() -> None:
    assert not deployed(World())


def test_a_deploy_during_a_release_waits_and_is_about_what_is_live_then() -> None:
    world = with_live()
    course = world.until("rel2", 2, "judge")
    world.endpoint.deploy = "code-2"
    assert deployed(world)
    assert world.begin("d1", 1, "deployed").next == "end"
    world.endpoint.deploy = "code-3"
    assert not deployed(world, "d2"), "the one that waits will take the newest code"
    world.walk("rel2", course)
    assert world.workflows.releases["d1-a1"] == (MODEL, 1, "deployed")
    assert world.release("d1", 1, "deployed").version == 2
    published = world.catalog.published(MODEL, 2)
    assert (world.live(), published.code_sha256) == (2, "code-3")
    assert world.endpoint.alias(MODEL).function_version == published.function_version


def test_a_deploy_that_the_release_before_has_published_already_moves_nothing() -> None:
    world = with_live(BASIC)
    world.endpoint.deploy = "code-2"
    first = world.begin("rel2", 2)
    deployed(world)
    world.begin("d1", 1, "deployed")
    world.walk("rel2", first)
    assert world.release("d1", 1, "deployed").status == "live"
    assert (world.live(), len(world.endpoint.versions)) == (2, 2)
    last = world.catalog.last_judged(MODEL, "d1")
    assert "Lambda version 3 serves already" in last.sentence
