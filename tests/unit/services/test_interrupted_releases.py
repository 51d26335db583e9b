"""Releases that die, oversleep or overtake each other: what is live, what is recorded and who holds the lease agree."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from serin.adapters.memory.world import MemoryWorkflows
from serin.domain.errors import Conflict, NotFound, Unavailable
from serin.domain.releases import Lease
from serin.services.release_model import LEASE
from serin.services.start_work import start_rollback
from serin.services.steps.champions import live_version
from tests.unit.services.releasing import MODEL, World
from tests.unit.services.test_release_model import crashed_at


def two_releases() -> World:
    world = World()
    world.release("rel1", 1)
    return world


def test_a_release_that_died_after_the_pointer_moved_is_ended_as_live() -> None:
    world = two_releases()
    world.until_promoted("rel2", 2)
    world.events.failures = 1
    with pytest.raises(Unavailable):
        world.steps("rel2").finish(events=world.events)
    ended = world.steps("rel2").abandon("Unavailable", events=world.events)
    assert (ended.status, world.live(), world.serving()) == ("live", 2, 2)
    champion = live_version(MODEL, catalog=world.catalog)
    assert champion is not None
    assert champion.version == 2


@pytest.mark.parametrize("after", [False, True])
def test_wherever_begin_dies_abandoning_frees_the_lease(after: bool) -> None:
    deaths = 0
    while True:
        world, died = crashed_at("begin", deaths + 1, after)
        if not died:
            break
        deaths += 1
        with suppress(NotFound):
            world.steps("rel2").abandon("died", events=world.events)
        assert world.lease_is_free(), f"held after dying at call {deaths}"
    assert deaths > 3


def test_rolling_back_a_version_that_was_released_twice_goes_to_another_version() -> None:
    world = two_releases()
    world.release("rel2", 2)
    world.endpoint.deploy = "code-2"
    world.release("rel3", 2, "call")
    workflows = MemoryWorkflows()
    started = start_rollback(MODEL, "c1", catalog=world.catalog, control=world.control, workflows=workflows)
    assert workflows.releases[started][1] == 1


def test_previous_is_what_was_live_when_the_lease_was_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    world = two_releases()
    world.until_promoted("rel2", 2)
    acquire = world.control.acquire

    def after_the_other_has_finished(model: str, holder: str, now: datetime, span: timedelta) -> Lease | None:
        if holder == "rel3" and world.live() == 1:
            world.steps("rel2").finish(events=world.events)
        return acquire(model, holder, now, span)

    monkeypatch.setattr(world.control, "acquire", after_the_other_has_finished)
    assert world.steps("rel3").begin(3, "registered", "c1").previous == 2


def test_a_release_that_overslept_cannot_promote_before_the_next_one_does() -> None:
    world = two_releases()
    world.steps("rel2").begin(2, "registered", "c1")
    world.steps("rel2").publish()
    world.clock.advance(LEASE)
    world.steps("rel3").begin(3, "registered", "c1")
    world.steps("rel3").publish()
    with pytest.raises(Conflict, match="Another release"):
        world.steps("rel2").promote()
    world.steps("rel3").promote()
    for late in ("rel3", "rel2"):
        world.steps(late).abandon("golden rows", events=world.events)
    assert world.serving() == world.live() == 1


def test_a_release_that_has_ended_does_not_begin_again() -> None:
    world = two_releases()
    with pytest.raises(Conflict, match="has ended"):
        world.steps("rel1").begin(1, "registered", "c1")
    assert world.catalog.release(MODEL, "rel1").status == "live"
    assert world.lease_is_free()


def test_abandoning_again_after_the_next_release_changes_nothing_of_it() -> None:
    """What the workflow sends twice may come the second time when the next release is live with the same version."""
    world = two_releases()
    world.until_promoted("rel2", 2)
    first = world.steps("rel2").abandon("died", events=world.events)
    world.release("rel3", 2)
    again = world.steps("rel2").abandon("died again", events=world.events)
    assert again == first == world.catalog.release(MODEL, "rel2")
    assert [step.name for step in world.catalog.steps(MODEL, "rel2")].count("abandon") == 1
    assert (world.serving(), world.live()) == (2, 2)
    assert world.lease_is_free()


def test_abandoning_what_went_live_leaves_it_live_and_unblamed() -> None:
    world = two_releases()
    done = world.release("rel2", 2)
    assert world.steps("rel2").abandon("too late", events=world.events) == done
    assert (world.catalog.release(MODEL, "rel2").reason, world.serving()) == (None, 2)


def test_the_end_of_an_abandoned_release_is_told_though_the_bus_was_away_the_first_time() -> None:
    world = two_releases()
    world.until_promoted("rel2", 2)
    world.events.published.clear()
    world.events.failures = 1
    with pytest.raises(Unavailable):
        world.steps("rel2").abandon("died", events=world.events)
    world.steps("rel2").abandon("died", events=world.events)
    assert [event.detail["status"] for event in world.events.published] == ["rolled_back"]
    assert world.lease_is_free()


def test_abandoning_does_not_free_the_lease_of_the_next_release() -> None:
    world = two_releases()
    world.steps("rel2").begin(2, "registered", "c1")
    world.clock.advance(LEASE)
    world.steps("rel3").begin(3, "registered", "c1")
    world.steps("rel2").abandon("overslept", events=world.events)
    assert not world.lease_is_free()
