from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from serin.adapters.memory.world import MemoryEvents
from serin.domain.errors import Conflict, Corrupt, Invalid, NotFound, Unavailable
from serin.domain.models import Artifact
from serin.domain.releases import STEPS
from serin.ports import AliasState, Answer
from serin.services.release_model import LEASE, ReleaseSteps, golden_fault
from tests.builders import a_version
from tests.unit.services.ports_that_crash import Crash, Fuse
from tests.unit.services.releasing import GOLDEN, MODEL, World


def test_a_release_walks_from_begin_to_finish_and_its_version_is_live() -> None:
    world = World()
    release = world.release("rel1", 1)
    assert (release.status, release.previous) == ("live", None)
    assert (world.serving(), world.live()) == (1, 1)
    assert world.catalog.release(MODEL, "rel1") == release
    assert world.lease_is_free()


def test_each_step_of_a_release_is_remembered_with_what_it_found() -> None:
    world = World()
    world.release("rel1", 1)
    steps = world.catalog.steps(MODEL, "rel1")
    assert tuple(step.name for step in steps) == STEPS
    assert [step.found for step in steps] == [
        "lease 1; live is nothing",
        "function version 2",
        "2 golden rows answered as expected",
        "alias live: 1 → 2",
        "version 1 is live",
    ]


def test_a_finished_release_says_so_on_the_bus() -> None:
    world = World()
    world.release("rel1", 1)
    (event,) = world.events.published
    assert (event.name, event.correlation) == ("Release Finished", "c1")
    assert event.detail == {"model": MODEL, "version": 1, "release": "rel1", "status": "live"}


def test_the_next_release_knows_what_was_live_before_it() -> None:
    world = World()
    world.release("rel1", 1)
    assert world.release("rel2", 2).previous == 1
    assert (world.serving(), world.live()) == (2, 2)


def walk(world: World, release_id: str) -> list[Callable[[], Any]]:
    return [
        lambda: world.steps(release_id).begin(2, "registered", "c1"),
        lambda: world.steps(release_id).publish(),
        lambda: world.steps(release_id).golden(GOLDEN),
        lambda: world.steps(release_id).promote(),
        lambda: world.steps(release_id).finish(events=world.events),
    ]


@pytest.mark.parametrize("repeated", range(len(STEPS)), ids=STEPS)
def test_a_step_taken_twice_ends_as_if_it_was_taken_once(repeated: int) -> None:
    world = World()
    world.release("rel1", 1)
    for number, step in enumerate(walk(world, "rel2")):
        first = step()
        if number == repeated and number != 0:
            assert step() == first
        elif number == repeated:
            assert step().epoch == first.epoch
    assert (world.serving(), world.live()) == (2, 2)
    assert tuple(step.name for step in world.catalog.steps(MODEL, "rel2")) == STEPS
    assert (world.catalog.release(MODEL, "rel2").status, world.catalog.release(MODEL, "rel2").previous) == ("live", 1)
    assert world.control.intent(MODEL).previous == "2"
    assert len(world.endpoint.versions) == 2
    assert world.lease_is_free()


def behind(world: World, fuse: Fuse) -> ReleaseSteps:
    catalog, control, endpoint = (fuse.guard(port) for port in (world.catalog, world.control, world.endpoint))
    return ReleaseSteps(MODEL, "rel2", catalog=catalog, control=control, endpoint=endpoint, clock=world.clock)


STEP_CALLS: dict[str, Callable[[ReleaseSteps, Any], object]] = {
    "begin": lambda steps, events: steps.begin(2, "registered", "c1"),
    "publish": lambda steps, events: steps.publish(),
    "golden": lambda steps, events: steps.golden(GOLDEN),
    "promote": lambda steps, events: steps.promote(),
    "finish": lambda steps, events: steps.finish(events=events),
}


def crashed_at(step: str, number: int, after: bool) -> tuple[World, bool]:
    """A world where version 1 is live and the release of version 2 died at the n-th call of one step."""
    world = World()
    world.release("rel1", 1)
    for name, act in STEP_CALLS.items():
        fuse = Fuse(number if name == step else 10_000, after)
        try:
            act(behind(world, fuse), fuse.guard(world.events))
        except Crash:
            return world, True
        if name == step:
            break
    return world, False


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_died_at_any_call_is_repeated_and_the_release_goes_on(step: str, after: bool) -> None:
    number = 0
    while True:
        number += 1
        world, died = crashed_at(step, number, after)
        if not died:
            break
        for act in walk(world, "rel2")[STEPS.index(step) :]:
            act()
        assert (world.serving(), world.live()) == (2, 2)
        assert world.catalog.release(MODEL, "rel2").previous == 1
        assert world.catalog.release(MODEL, "rel2").status == "live"
        assert world.lease_is_free()
    assert number > 2


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("step", ["publish", "golden", "promote"])
def test_a_release_that_died_before_its_end_is_abandoned_and_the_old_version_serves(step: str, after: bool) -> None:
    number = 0
    while True:
        number += 1
        world, died = crashed_at(step, number, after)
        if not died:
            break
        world.steps("rel2").abandon("died", events=world.events)
        assert (world.serving(), world.live()) == (1, 1)
        assert world.catalog.release(MODEL, "rel2").status in {"failed", "rolled_back"}
        assert world.lease_is_free()
    assert number > 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"label": False, "probability": 0.5}, "golden row 1: label False, expected True"),
        ({"label": True, "probability": 0.7}, "golden row 1: probability 0.7000 is not within 0.4 and 0.6"),
        ({"label": True, "probability": float("nan")}, "golden row 1: probability nan"),
    ],
)
def test_a_wrong_golden_answer_stops_the_release_before_the_alias_moves(answer: dict[str, Any], reason: str) -> None:
    world = World()
    world.release("rel1", 1)
    world.endpoint.answers = lambda version, rows: Answer(200, {"predictions": [answer for _ in rows]})
    steps = world.steps("rel2")
    steps.begin(2, "registered", "c1")
    steps.publish()
    with pytest.raises(Invalid, match=reason):
        steps.golden(GOLDEN)
    assert (world.serving(), world.live()) == (1, 1)


@pytest.mark.parametrize("file", ["layer", "estimator"])
@pytest.mark.parametrize(
    "key", ["models/other/7/layer.zip", f"models/{MODEL}-2/7/l", "runs/7/l", f"/models/{MODEL}/7/l"]
)
def test_a_record_that_names_another_models_file_is_not_published(file: str, key: str) -> None:
    world = World()
    world.catalog.register(a_version(7, model=MODEL, run="r7", **{file: Artifact(key, "f" * 64)}))
    steps = world.steps("rel1")
    steps.begin(7, "registered", "c1")
    before = world.serving()
    with pytest.raises(Corrupt, match=f"does not lie below models/{MODEL}/"):
        steps.publish()
    assert (world.serving(), world.catalog.published(MODEL, 7)) == (before, None)


def test_golden_rows_are_asked_of_the_new_function_version() -> None:
    world, asked = World(), []

    def answers(version: str, rows: Any) -> Answer:
        asked.append((version, list(rows)))
        return Answer(200, {"predictions": [{"label": True, "probability": 0.5} for _ in rows]})

    world.endpoint.answers = answers
    world.until_promoted("rel1", 1)
    assert asked == [("2", [{"order_id": 1}, {"order_id": 2}])]


def test_an_error_instead_of_golden_answers_stops_the_release() -> None:
    world = World()
    world.endpoint.answers = lambda version, rows: Answer(503, {"error": {"kind": "not_released"}})
    steps = world.steps("rel1")
    steps.begin(1, "registered", "c1")
    steps.publish()
    with pytest.raises(Unavailable, match="answered with 503"):
        steps.golden(GOLDEN)


def test_too_few_golden_answers_stop_the_release() -> None:
    world = World()
    world.endpoint.answers = lambda version, rows: Answer(200, {"predictions": [{"label": True, "probability": 0.5}]})
    steps = world.steps("rel1")
    steps.begin(1, "registered", "c1")
    steps.publish()
    with pytest.raises(ValueError, match="shorter"):
        steps.golden(GOLDEN)


def test_a_failed_golden_step_is_abandoned_with_the_reason_and_the_lease_is_free() -> None:
    world = World()
    world.release("rel1", 1)
    steps = world.steps("rel2")
    steps.begin(2, "registered", "c1")
    steps.publish()
    abandoned = world.steps("rel2").abandon("Invalid: golden row 1", events=world.events)
    assert (abandoned.status, abandoned.reason) == ("failed", "Invalid: golden row 1")
    assert world.catalog.release(MODEL, "rel2") == abandoned
    assert world.catalog.steps(MODEL, "rel2")[-1].name == "abandon"
    assert world.events.published[-1].detail["status"] == "failed"
    assert world.lease_is_free()


def test_an_abandoned_release_puts_the_alias_back() -> None:
    world = World()
    world.release("rel1", 1)
    world.until_promoted("rel2", 2)
    assert world.serving() == 2
    abandoned = world.steps("rel2").abandon("died", events=world.events)
    assert abandoned.status == "rolled_back"
    assert (world.serving(), world.live()) == (1, 1)
    assert world.lease_is_free()


def test_a_first_release_that_is_abandoned_leaves_the_function_as_it_was_deployed() -> None:
    world = World()
    world.until_promoted("rel1", 1)
    world.steps("rel1").abandon("died", events=world.events)
    assert world.endpoint.alias(MODEL).function_version == "1"
    assert (world.serving(), world.live()) == (None, None)


def test_abandoning_twice_ends_as_abandoning_once() -> None:
    world = World()
    world.release("rel1", 1)
    world.until_promoted("rel2", 2)
    first = world.steps("rel2").abandon("died", events=world.events)
    assert world.steps("rel2").abandon("died", events=world.events) == first
    assert world.serving() == 1


def test_abandoning_leaves_an_alias_that_somebody_else_has_moved_since() -> None:
    world = World()
    world.release("rel1", 1)
    world.until_promoted("rel2", 2)
    world.endpoint.move_alias(MODEL, "77", world.endpoint.alias(MODEL))
    world.steps("rel2").abandon("died", events=world.events)
    assert world.endpoint.alias(MODEL).function_version == "77"


def test_the_second_of_two_releases_at_once_is_refused() -> None:
    world = World()
    world.steps("rel1").begin(1, "registered", "c1")
    with pytest.raises(Conflict, match="Another release of late-orders is running"):
        world.steps("rel2").begin(2, "registered", "c1")
    refused = world.steps("rel2").abandon("Conflict: another release", events=world.events)
    assert (refused.status, refused.reason) == ("failed", "Conflict: another release")
    assert world.steps("rel1").begin(1, "registered", "c1").epoch == 1


def test_a_release_that_overslept_its_lease_cannot_change_the_intent_of_the_next() -> None:
    world = World()
    slow = world.steps("rel1")
    slow.begin(1, "registered", "c1")
    slow.publish()
    world.clock.advance(LEASE)
    world.release("rel2", 2)
    with pytest.raises(Conflict, match="lease ran out"):
        slow.promote()
    with pytest.raises(Conflict, match="lease was lost"):
        slow.finish(events=world.events)
    slow.abandon("too late", events=world.events)
    assert (world.serving(), world.live()) == (2, 2)
    assert world.catalog.release(MODEL, "rel1").status == "failed"


def test_an_alias_that_splits_its_traffic_is_left_alone() -> None:
    world = World()
    world.endpoint.aliases[MODEL] = AliasState("5", {"6": 0.1}, "r3")
    steps = world.steps("rel1")
    steps.begin(1, "registered", "c1")
    steps.publish()
    with pytest.raises(Conflict, match="splits its traffic"):
        steps.promote()
    assert world.endpoint.alias(MODEL) == AliasState("5", {"6": 0.1}, "r3")
    assert world.control.intent(MODEL) is None


def test_a_version_nobody_registered_takes_no_lease() -> None:
    world = World()
    with pytest.raises(NotFound, match="version 9"):
        world.steps("rel1").begin(9, "call", "c1")
    assert world.lease_is_free()


def test_promoting_what_was_not_published_is_refused() -> None:
    world = World()
    world.steps("rel1").begin(1, "registered", "c1")
    with pytest.raises(Conflict, match="Version 1 is not published"):
        world.steps("rel1").promote()


def test_the_intent_is_written_before_the_alias_moves() -> None:
    world, seen = World(), []
    move = world.endpoint.move_alias

    def moving(model: str, version: str, expected: AliasState) -> AliasState:
        seen.append(world.control.intent(model))
        return move(model, version, expected)

    world.endpoint.move_alias = moving
    world.until_promoted("rel1", 1)
    assert [(intent.release, intent.function_version, intent.previous) for intent in seen] == [("rel1", "2", "1")]


def test_a_rollback_uses_the_function_version_as_it_was_live() -> None:
    world = World()
    world.release("rel1", 1)
    world.release("rel2", 2)
    first = world.catalog.published(MODEL, 1)
    world.endpoint.deploy = "code-2"
    world.release("rel3", 1, "rollback")
    assert first is not None
    assert world.catalog.published(MODEL, 1) == first
    assert world.endpoint.alias(MODEL).function_version == first.function_version
    assert (world.live(), len(world.endpoint.versions)) == (1, 2)


def test_a_start_after_a_deploy_publishes_anew() -> None:
    world = World()
    world.release("rel1", 1)
    world.endpoint.deploy = "code-2"
    world.release("rel2", 1, "call")
    published = world.catalog.published(MODEL, 1)
    assert published is not None
    assert (published.function_version, published.code_sha256) == ("3", "code-2")
    assert world.endpoint.alias(MODEL).function_version == "3"


def test_a_start_without_a_deploy_uses_what_is_published() -> None:
    world = World()
    world.release("rel1", 1)
    world.release("rel2", 1, "call")
    assert len(world.endpoint.versions) == 1
    assert world.serving() == 1


def test_a_release_whose_event_the_bus_did_not_take_is_repeated_and_stays_live() -> None:
    world = World(events=MemoryEvents(failures=1))
    world.until_promoted("rel1", 1)
    with pytest.raises(Unavailable):
        world.steps("rel1").finish(events=world.events)
    assert world.steps("rel1").finish(events=world.events).status == "live"
    assert [event.name for event in world.events.published] == ["Release Finished"]


@pytest.mark.parametrize(
    ("expect", "found", "fault"),
    [
        ({}, {"label": True, "probability": 0.5}, None),
        ({}, {"value": 3.0}, None),
        ({}, {"value": float("inf")}, "golden row 4: value inf is not within -inf and inf"),
        ({"value": [1, 3]}, {"value": 3.0}, None),
        ({"value": [1, 3]}, {"value": 3.1}, "golden row 4: value 3.1000 is not within 1 and 3"),
        ({"probability": [0.5, 1]}, {"label": True, "probability": 0.5}, None),
        ({"label": "a"}, {"label": "b", "probability": 0.5}, "golden row 4: label 'b', expected 'a'"),
        ({"label": False}, {"label": False, "probability": 0.1}, None),
    ],
)
def test_a_golden_answer_is_compared_with_what_is_expected(
    expect: dict[str, Any], found: dict[str, Any], fault: str | None
) -> None:
    assert golden_fault(4, expect, found) == fault


def test_a_long_error_is_cut_when_it_is_remembered() -> None:
    world = World()
    world.steps("rel1").begin(1, "registered", "c1")
    assert len(world.steps("rel1").abandon("x" * 9000, events=world.events).reason or "") == 2000


def test_a_lease_is_held_while_the_release_runs() -> None:
    world = World()
    world.until_promoted("rel1", 1)
    assert not world.lease_is_free()
    world.clock.advance(LEASE + timedelta(seconds=1))
    assert world.lease_is_free()
