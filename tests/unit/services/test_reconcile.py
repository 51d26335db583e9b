from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from serin.domain.errors import Conflict
from serin.domain.releases import Lease
from serin.ports import AliasState
from serin.services.release_model import LEASE
from tests.unit.services.releasing import MODEL, World


def test_a_model_nobody_released_is_as_intended() -> None:
    assert World().reconcile().found == "as intended"


def test_a_finished_release_is_as_intended() -> None:
    world = World()
    world.release("rel1", 1)
    assert world.reconcile().found == "as intended"
    assert world.serving() == 1


def test_a_running_release_is_left_alone() -> None:
    world = World()
    world.until_promoted("rel1", 1)
    assert world.reconcile().found == "release running"
    assert world.serving() == 1


def test_what_a_dead_release_left_is_put_back_once_its_lease_ran_out() -> None:
    world = World()
    world.release("rel1", 1)
    world.until_promoted("rel2", 2)
    world.clock.advance(LEASE)
    assert world.reconcile().found == "put back"
    assert (world.serving(), world.live()) == (1, 1)
    release = world.catalog.release(MODEL, "rel2")
    assert (release.status, release.reason) == (
        "rolled_back",
        "its workflow ended early; function version 2 serves again",
    )


def test_the_first_release_of_a_model_is_put_back_to_the_deployed_function() -> None:
    world = World()
    world.until_promoted("rel1", 1)
    world.clock.advance(LEASE)
    assert world.reconcile().found == "put back"
    assert world.endpoint.alias(MODEL).function_version == "1"


def test_reconciling_twice_finds_all_as_intended() -> None:
    world = World()
    world.release("rel1", 1)
    world.until_promoted("rel2", 2)
    world.clock.advance(LEASE)
    world.reconcile()
    assert world.reconcile().found == "as intended"


def test_an_abandoned_release_is_as_intended() -> None:
    world = World()
    world.release("rel1", 1)
    world.until_promoted("rel2", 2)
    world.steps("rel2").abandon("died", events=world.events)
    assert world.reconcile().found == "as intended"
    assert world.serving() == 1


@pytest.mark.parametrize(
    "alias", [AliasState("77", {}, "r9"), AliasState("2", {"77": 0.5}, "r9")], ids=["version", "weights"]
)
def test_an_alias_changed_by_somebody_else_is_reported_and_left(alias: AliasState) -> None:
    world = World()
    world.release("rel1", 1)
    world.endpoint.aliases[MODEL] = alias
    assert world.reconcile().found == "changed by somebody else"
    assert world.endpoint.alias(MODEL) == alias


def test_an_alias_somebody_moved_after_a_dead_release_is_left() -> None:
    world = World()
    world.release("rel1", 1)
    world.until_promoted("rel2", 2)
    world.endpoint.aliases[MODEL] = AliasState("77", {}, "r9")
    world.clock.advance(LEASE)
    assert world.reconcile().found == "changed by somebody else"
    assert world.endpoint.alias(MODEL).function_version == "77"


def test_a_reconciler_gives_its_lease_back_even_when_it_could_not_move_the_alias() -> None:
    world = World()
    world.release("rel1", 1)
    world.until_promoted("rel2", 2)
    world.clock.advance(LEASE)

    def refuse(model: str, version: str, expected: AliasState) -> AliasState:
        raise Conflict("The alias has changed since it was read.", "Look who changed it.")

    world.endpoint.move_alias = refuse
    with pytest.raises(Conflict):
        world.reconcile()
    assert world.lease_is_free()


def test_a_release_that_wakes_up_after_it_was_put_back_cannot_finish() -> None:
    world = World()
    world.release("rel1", 1)
    world.until_promoted("rel2", 2)
    world.clock.advance(LEASE + timedelta(seconds=1))
    world.reconcile()
    with pytest.raises(Conflict, match="lease was lost"):
        world.steps("rel2").finish(events=world.events)
    assert (world.serving(), world.live()) == (1, 1)


def test_what_was_released_between_the_look_and_the_lease_is_left_alone() -> None:
    """The first look met a release that died; by the time the lease is had, others have spoken."""
    world = World()
    world.release("rel1", 1)
    world.until_promoted("rel2", 2)
    world.clock.advance(LEASE)
    acquire = world.control.acquire

    def late(model: str, holder: str, now: datetime, span: timedelta) -> Lease | None:
        world.control.acquire = acquire
        world.release("rel3", 2)
        return acquire(model, holder, now, span)

    world.control.acquire = late
    assert world.reconcile().found == "as intended"
    assert (world.serving(), world.live()) == (2, 2)
