"""Releases that die, oversleep or overtake each other: alias, pointer, record and lease agree in the end.

A process may die before or after any call of a port. Then the workflow takes the step again, or its end is noticed
and the release abandoned, or nobody notices and the reconciler comes; whichever it is, the alias leads to the old or
the new version, and the next release goes through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from serin.domain.errors import Conflict, Unavailable
from serin.domain.judgement.release_policy import CanaryPolicy, Margins, ReleasePolicy, ShadowPolicy
from serin.domain.release_course import LEASE, Course
from serin.domain.releases import Intent
from serin.ports import AliasState
from serin.services.start_work import start_rollback
from serin.services.steps.champions import live_version
from tests.builders import an_asking
from tests.unit.services.ports_that_crash import Crash, Fuse
from tests.unit.services.releasing import BASIC, MODEL, World, with_live

QUICK = ReleasePolicy(
    canary=CanaryPolicy(steps=(10, 50)),
    shadow=ShadowPolicy(20),
    margins=Margins(error_rate=0.1),
    bake=timedelta(minutes=2),
)
"""Decided in a few looks, so that dying at each call of a whole release stays cheap."""
POLICIES = pytest.mark.parametrize(
    "policy", [pytest.param(BASIC, id="basic"), pytest.param(QUICK, id="canary", marks=pytest.mark.slow)]
)


@dataclass
class Dead:
    """A release of version 2 that died at one of its calls, before or after it was done."""

    world: World
    course: Course
    call: int
    after: bool


def deaths(policy: ReleasePolicy) -> Iterator[Dead]:
    """A world for each call that a release makes, and each side of it."""
    for after in (False, True):
        call = 1
        while (dead := died_at(policy, call, after)) is not None:
            yield dead
            call += 1
        assert call > 40


def died_at(policy: ReleasePolicy, call: int, after: bool) -> Dead | None:
    """None when the release has come to its end before that call."""
    world = with_live(policy)
    world.traffic.per_minute = 2000
    world.fuse = Fuse(call, after)
    course = Course("publish")
    try:
        course = world.begin("rel2", 2)
        while course.next != "end":
            course = world.step("rel2", course)
    except Crash:
        begun = world.catalog.steps(MODEL, "rel2")
        return Dead(world, course if begun else Course("end"), call, after)
    return None


def check(dead: Dead, *versions: int) -> None:
    """One of the versions serves and is live, and nothing is left in anybody's way."""
    world, where = dead.world, f"call {dead.call}, {'after' if dead.after else 'before'}"
    assert world.serving() in versions, where
    assert world.live() == world.serving(), where
    assert world.lease_is_free(), where
    release = next((one for one in world.catalog.releases(MODEL) if one.id == "rel2"), None)
    if release is not None:
        assert (release.status == "live") == (world.live() == 2), where
        assert not release.is_open, where
        ends = [event for event in world.events.published if event.detail["release"] == "rel2"]
        assert [event.detail["status"] for event in ends] in ([release.status], 2 * [release.status]), where


def goes_on(dead: Dead) -> None:
    """The next release is none the worse for it."""
    assert dead.world.release("rel3", 3).status == "live", dead.call
    assert (dead.world.serving(), dead.world.live()) == (3, 3), dead.call


@pytest.mark.slow
@POLICIES
def test_a_step_that_died_at_any_call_is_taken_again_and_the_version_goes_live(policy: ReleasePolicy) -> None:
    for dead in deaths(policy):
        world = dead.world
        world.begin("rel2", 2) if dead.course.next == "end" else None
        course = dead.course if dead.course.next != "end" else Course("publish")
        world.walk("rel2", course)
        check(dead, 2)
        assert world.weights("rel2") == ([100] if policy is BASIC else [10, 50, 100])
        goes_on(dead)


@pytest.mark.slow
@POLICIES
def test_a_release_that_died_at_any_call_and_is_noticed_is_taken_back(policy: ReleasePolicy) -> None:
    for dead in deaths(policy):
        dead.world.abandon("rel2", "its workflow failed")
        dead.world.abandon("rel2", "its workflow failed")
        check(dead, *([1, 2] if dead.world.live() == 2 else [1]))
        goes_on(dead)


@pytest.mark.slow
@POLICIES
def test_a_release_that_died_at_any_call_and_nobody_noticed_is_put_right(policy: ReleasePolicy) -> None:
    for dead in deaths(policy):
        dead.world.reconcile()
        dead.world.clock.advance(timedelta(hours=1))
        dead.world.reconcile()
        check(dead, *([1, 2] if dead.world.live() == 2 else [1]))
        goes_on(dead)


@pytest.mark.slow
@POLICIES
def test_the_next_release_puts_right_what_a_dead_one_left(policy: ReleasePolicy) -> None:
    for dead in deaths(policy):
        dead.world.clock.advance(timedelta(hours=1))
        goes_on(dead)


@pytest.mark.parametrize("after", [False, True])
def test_the_way_back_may_die_at_any_call_too(after: bool) -> None:
    for call in range(1, 100):
        world = with_live(QUICK)
        world.until("rel2", 2, "judge")
        world.fuse = Fuse(call, after)
        try:
            world.abandon("rel2", "aborted")
        except Crash:
            world.abandon("rel2", "its workflow failed")
            check(Dead(world, Course("end"), call, after), 1)
            continue
        assert call > 10
        break


@pytest.mark.parametrize("until", ["golden", "shadow", "judge", "promote", "bake", "prune", "finish"])
def test_whoever_oversleeps_changes_nothing_once_the_release_was_taken_back(until: str) -> None:
    world = with_live(QUICK)
    course = world.until("rel2", 2, until)
    for _ in range(2):
        ended = world.abandon("rel2", "Aborted by ana.")
    assert ended is not None
    assert ended.status in {"failed", "rolled_back"}
    assert world.step("rel2", course).next == "end"
    assert (world.serving(), world.live()) == (1, 1)
    assert world.lease_is_free()


@pytest.mark.parametrize("weight", [10, 100])
def test_a_move_that_was_under_way_while_the_release_was_taken_back_is_undone(
    weight: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step has written its intent and read the alias; whoever takes the release back finds nothing moved yet."""
    world = with_live(QUICK)
    course = world.until("rel2", 2, "shift" if weight == 10 else "promote")
    move = world.endpoint.move_alias

    def late(*arguments: Any) -> AliasState:
        monkeypatch.setattr(world.endpoint, "move_alias", move)
        if weight == 10:
            world.abandon("rel2", "Aborted by ana.")
            moved: AliasState = move(*arguments)
            return moved
        # Its own revision is gone by now: the alias has been put back from its last share.
        world.abandon("rel2", "Aborted by ana.")
        return move(*arguments)  # type: ignore[no-any-return]

    monkeypatch.setattr(world.endpoint, "move_alias", late)
    with pytest.raises(Conflict):
        world.step("rel2", course)
    assert (world.serving(), world.live()) == (1, 1)
    assert world.known("rel2").status == "rolled_back"


@pytest.mark.parametrize("until", ["shift", "promote"])
def test_a_step_that_has_not_written_its_intent_when_the_release_is_taken_back_writes_none(
    until: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = with_live(QUICK)
    course = world.until("rel2", 2, until)
    save = world.control.save_intent

    def late(intent: Intent) -> bool:
        monkeypatch.setattr(world.control, "save_intent", save)
        world.abandon("rel2", "Aborted by ana.")
        return bool(save(intent))

    monkeypatch.setattr(world.control, "save_intent", late)
    with pytest.raises(Conflict, match="A newer release has spoken"):
        world.step("rel2", course)
    assert (world.serving(), world.live()) == (1, 1)


def test_a_release_that_overslept_cannot_promote_before_the_next_one_does() -> None:
    world = with_live(BASIC)
    course = world.until("rel2", 2, "promote")
    world.clock.advance(timedelta(hours=1))
    other = world.until("rel3", 3, "promote")
    with pytest.raises(Conflict, match="was taken out of"):
        world.step("rel2", course)
    world.step("rel3", other)
    for late in ("rel3", "rel2"):
        world.abandon(late, "golden rows")
    assert world.serving() == world.live() == 1


def test_the_lease_of_the_next_release_stays_its_own() -> None:
    world = with_live(BASIC)
    world.begin("rel2", 2)
    world.clock.advance(LEASE)
    world.begin("rel3", 3)
    assert world.abandon("rel2", "overslept") is not None
    assert (world.known("rel2").status, world.lease_is_free()) == ("failed", False)
    assert world.walk("rel3", Course("publish")).next == "end"
    assert world.live() == 3


def test_while_the_reconciler_is_at_work_a_release_is_taken_back_a_moment_later() -> None:
    world = with_live(QUICK)
    world.until("rel2", 2, "judge")
    world.clock.advance(timedelta(days=1))
    lease = world.control.acquire(MODEL, "reconcile-1", world.clock.now(), LEASE)
    with pytest.raises(Unavailable, match="is being put right"):
        world.abandon("rel2", "aborted")
    world.control.finish(None, lease)
    world.abandon("rel2", "aborted")
    assert (world.serving(), world.known("rel2").status) == (1, "rolled_back")


def test_a_release_whose_pointer_has_moved_is_ended_as_live_whoever_abandons_it() -> None:
    world = with_live(BASIC)
    course = world.until("rel2", 2, "finish")
    world.events.failures = 1
    with pytest.raises(Unavailable):
        world.step("rel2", course)
    ended = world.abandon("rel2", "Unavailable")
    assert ended is not None
    assert (ended.status, ended.reason, world.live(), world.serving()) == ("live", None, 2, 2)
    champion = live_version(MODEL, catalog=world.catalog)
    assert champion is not None
    assert champion.version == 2


def test_the_end_of_an_abandoned_release_is_told_though_the_bus_was_away_the_first_time() -> None:
    world = with_live(QUICK)
    world.until("rel2", 2, "judge")
    world.events.failures = 1
    with pytest.raises(Unavailable):
        world.abandon("rel2")
    for _ in range(2):
        world.abandon("rel2")
    assert [event.detail["status"] for event in world.events.published] == ["rolled_back"]
    assert world.lease_is_free()


def test_abandoning_again_after_the_next_release_changes_nothing_of_it() -> None:
    """What the workflow sends twice may come the second time when the next release is live with the same version."""
    world = with_live(BASIC)
    world.until("rel2", 2, "finish")
    first = world.abandon("rel2")
    world.release("rel3", 2)
    assert world.abandon("rel2", "died again") == first == world.known("rel2")
    assert [step.name for step in world.catalog.steps(MODEL, "rel2")].count("abandon") == 1
    assert (world.serving(), world.live()) == (2, 2)
    assert world.lease_is_free()


def test_abandoning_leaves_an_alias_that_somebody_else_has_moved_since() -> None:
    world = with_live(QUICK)
    world.until("rel2", 2, "judge")
    world.endpoint.aliases[MODEL] = AliasState("77", {}, "r77")
    world.abandon("rel2")
    assert world.endpoint.alias(MODEL).function_version == "77"


def test_a_first_release_that_is_abandoned_leaves_the_function_as_it_was_deployed() -> None:
    world = World()
    world.until("rel1", 1, "finish")
    world.abandon("rel1")
    assert world.endpoint.alias(MODEL).function_version == "1"
    assert (world.serving(), world.live()) == (None, None)


def test_abandoning_what_nobody_knows_does_nothing() -> None:
    world = with_live(BASIC)
    assert world.abandon("rel9") is None
    assert world.events.published == []


def test_a_long_error_is_cut_when_it_is_remembered() -> None:
    world = World()
    world.begin("rel1", 1)
    ended = world.abandon("rel1", "x" * 9000)
    assert ended is not None
    assert len(ended.reason or "") == 2000


def test_rolling_back_a_version_that_was_released_twice_goes_to_another_version() -> None:
    world = with_live(BASIC)
    world.release("rel2", 2)
    world.endpoint.deploy = "code-2"
    world.release("rel3", 2, "call")
    started = start_rollback(
        MODEL, an_asking(), catalog=world.catalog, control=world.control, workflows=world.workflows
    )
    assert world.workflows.releases[started][1] == 1


def test_of_two_rollbacks_at_once_one_is_done_and_the_other_changes_nothing() -> None:
    world = with_live(BASIC)
    world.release("rel2", 2)
    course = world.begin("back1", 1, "rollback")
    assert world.begin("back2", 1, "rollback").next == "end"
    world.walk("back1", course)
    assert (world.serving(), world.live()) == (1, 1)
    assert world.workflows.releases["back2-a1"] == (MODEL, 1, "rollback")
    world.walk("back2", world.begin("back2", 1, "rollback"))
    assert (world.serving(), world.live(), world.known("back2").status) == (1, 1, "live")


def test_the_pointer_is_not_moved_by_whoever_lost_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    world = with_live(BASIC)
    course = world.until("rel2", 2, "finish")
    finish = world.control.finish

    def too_late(*arguments: Any) -> bool:
        monkeypatch.setattr(world.control, "finish", finish)
        world.control.acquire(MODEL, "rel2", world.clock.now(), LEASE, True)
        return bool(finish(*arguments))

    monkeypatch.setattr(world.control, "finish", too_late)
    with pytest.raises(Conflict, match="lease was lost"):
        world.step("rel2", course)
    assert world.live() == 1


def test_a_repeat_keeps_the_moment_a_weight_was_meant_first() -> None:
    """From then on calls may have been split anew: they belong to neither weight."""
    world = with_live(QUICK)
    course = world.until("rel2", 2, "shift")
    world.fuse = Fuse(0)
    meant = world.clock.now()
    move = world.endpoint.move_alias
    world.endpoint.move_alias = lambda *arguments: (move(*arguments), (_ for _ in ()).throw(Crash))[0]
    with pytest.raises(Crash):
        world.step("rel2", course)
    world.endpoint.move_alias = move
    world.clock.advance(timedelta(minutes=5))
    world.step("rel2", replace(course, seconds=0))
    (shift,) = world.catalog.shifts(MODEL, "rel2")
    assert shift.began - meant < timedelta(seconds=30)
    assert shift.moved - meant > timedelta(minutes=5)
