"""All traffic at once: begin, publish, golden rows, the alias, the pointer; each step may be repeated."""

from __future__ import annotations

from typing import Any

import pytest

from serin.adapters.memory.world import MemoryEvents
from serin.domain.errors import Conflict, Corrupt, NotFound, Unavailable
from serin.domain.models import Artifact
from serin.domain.release_course import Course
from serin.domain.releases import STEPS
from serin.ports import AliasState
from tests.builders import a_version
from tests.unit.services.releasing import MODEL, World, with_live


def test_a_release_walks_from_begin_to_finish_and_its_version_is_live() -> None:
    world = World()
    release = world.release("rel1", 1)
    assert (release.status, release.previous) == ("live", None)
    assert (world.serving(), world.live()) == (1, 1)
    assert world.lease_is_free()


def test_each_step_of_a_release_is_remembered_with_what_it_found() -> None:
    world = World()
    world.release("rel1", 1)
    steps = world.catalog.steps(MODEL, "rel1")
    assert tuple(step.name for step in steps) == STEPS
    assert [step.found for step in steps] == [
        "lease 1; live is nothing",
        "Lambda version 2",
        "2 golden rows answered as expected",
        "nothing is compared: no version was live before",
        "alias live: nothing → 2",
        "version 1 is live",
    ]


def test_the_verdict_of_a_first_release_says_that_nothing_was_compared() -> None:
    world = with_live()
    world.release("rel2", 1, "rollback")
    (judged,) = world.catalog.judged(MODEL, "rel1")
    assert (judged.outcome, judged.sentence) == (
        "not_compared",
        "Nothing was compared, since no version was live before; the golden rows were answered as expected.",
    )


def test_a_finished_release_says_so_once_on_the_bus_and_to_people() -> None:
    world = World()
    world.release("rel1", 1)
    world.step("rel1", Course("finish"))
    world.abandon("rel1", "too late")
    (event,) = world.events.published
    assert (event.name, event.correlation) == ("Release Finished", "c1")
    assert event.detail == {"model": MODEL, "version": 1, "release": "rel1", "status": "live"}
    assert [telling for telling, _, _ in world.told] == ["begun", "live"]


def test_the_next_release_knows_what_was_live_before_it() -> None:
    world = World()
    world.release("rel1", 1)
    assert world.release("rel2", 2).previous == 1
    assert (world.serving(), world.live()) == (2, 2)


@pytest.mark.parametrize("file", ["layer", "estimator"])
@pytest.mark.parametrize(
    "key", ["models/other/7/layer.zip", f"models/{MODEL}-2/7/l", "runs/7/l", f"/models/{MODEL}/7/l"]
)
def test_a_record_that_names_another_models_file_is_not_published(file: str, key: str) -> None:
    world = World()
    world.catalog.register(a_version(7, model=MODEL, run="r7", **{file: Artifact(key, "f" * 64)}))
    with pytest.raises(Corrupt, match=f"does not lie below models/{MODEL}/"):
        world.release("rel1", 7)
    assert (world.endpoint.versions, world.catalog.published(MODEL, 7)) == ([], None)


def test_a_version_nobody_registered_takes_no_lease() -> None:
    world = World()
    with pytest.raises(NotFound, match="version 9"):
        world.begin("rel1", 9)
    assert world.lease_is_free()


def test_a_release_that_has_ended_does_not_begin_again() -> None:
    world = World()
    world.release("rel1", 1)
    assert world.begin("rel1", 1).next == "end"
    assert world.known("rel1").status == "live"
    assert world.lease_is_free()


def test_an_alias_that_splits_its_traffic_is_left_alone() -> None:
    world = World()
    world.endpoint.aliases[MODEL] = AliasState("5", {"6": 0.1}, "r3")
    with pytest.raises(Conflict, match="not as the last release left it"):
        world.begin("rel1", 1)
    world.abandon("rel1")
    assert world.endpoint.alias(MODEL) == AliasState("5", {"6": 0.1}, "r3")
    assert world.control.intent(MODEL) is None
    assert world.known("rel1").status == "failed"


def test_the_intent_is_written_before_the_alias_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    world, seen = World(), []
    move = world.endpoint.move_alias

    def moving(*arguments: Any) -> AliasState:
        seen.append(world.control.intent(MODEL))
        moved: AliasState = move(*arguments)
        return moved

    monkeypatch.setattr(world.endpoint, "move_alias", moving)
    world.release("rel1", 1)
    assert [(intent.release, intent.function_version, intent.previous) for intent in seen] == [("rel1", "2", "1")]


def test_a_rollback_uses_the_function_version_as_it_was_live_and_compares_nothing() -> None:
    world = with_live()
    world.release("rel2", 2)
    first = world.catalog.published(MODEL, 1)
    world.endpoint.deploy = "code-2"
    released = world.release("rel3", 1, "rollback")
    assert (released.status, world.live(), len(world.endpoint.versions)) == ("live", 1, 2)
    assert world.catalog.published(MODEL, 1) == first
    assert world.endpoint.alias(MODEL).function_version == first.function_version
    assert world.weights("rel3") == [100]


def test_a_rollback_to_a_function_version_that_was_deleted_publishes_it_anew() -> None:
    world = World()
    world.release("rel1", 1)
    world.release("rel2", 2)
    world.endpoint.delete_function_version(MODEL, "2")
    assert world.release("rel3", 1, "rollback").status == "live"
    assert (world.serving(), world.endpoint.alias(MODEL).function_version) == (1, "4")


def test_a_start_without_a_deploy_uses_what_is_published() -> None:
    world = World()
    world.release("rel1", 1)
    world.release("rel2", 1, "call")
    assert len(world.endpoint.versions) == 1
    assert world.serving() == 1


def test_a_release_whose_event_the_bus_did_not_take_is_repeated_and_stays_live() -> None:
    world = World(events=MemoryEvents(failures=1))
    course = world.until("rel1", 1, "finish")
    with pytest.raises(Unavailable):
        world.step("rel1", course)
    world.step("rel1", course)
    assert world.known("rel1").status == "live"
    assert [event.name for event in world.events.published] == ["Release Finished"]


def test_the_candidate_is_kept_as_warm_as_what_serves_and_afterwards_only_what_is_live() -> None:
    world = with_live()
    world.endpoint.warm[MODEL, "2"] = 3
    seen = []
    course = world.until("rel2", 2, "shift")
    seen.append(dict(world.endpoint.warm))
    world.walk("rel2", course)
    assert seen == [{(MODEL, "2"): 3, (MODEL, "3"): 3}]
    assert world.endpoint.warm == {(MODEL, "3"): 3}
    world.until("rel3", 3, "judge")
    world.abandon("rel3")
    assert world.endpoint.warm == {(MODEL, "3"): 3}


def test_a_deploy_that_is_under_way_is_waited_for_before_anything_is_published_and_not_forever() -> None:
    world = World()
    world.endpoint.being_deployed.add(MODEL)
    world.begin("rel1", 1)
    waiting = world.step("rel1", Course("publish"))
    assert (waiting.next, waiting.seconds > 0, world.endpoint.versions) == ("publish", True, [])
    with pytest.raises(Unavailable, match="has been under way for 60 minutes"):
        world.step("rel1", Course("publish", round=120))
    world.endpoint.being_deployed.clear()
    assert world.step("rel1", waiting) == Course("golden")


def test_what_was_published_while_a_deploy_began_is_published_again_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.begin("rel1", 1)
    answers = iter([False, True, False, False])
    monkeypatch.setattr(world.endpoint, "is_being_deployed", lambda _: next(answers))
    waiting = world.step("rel1", Course("publish"))
    assert (waiting.next, world.catalog.published(MODEL, 1)) == ("publish", None)
    assert world.step("rel1", waiting) == Course("golden")


def test_a_candidate_that_is_not_warm_yet_is_waited_for_and_not_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    world = with_live()
    answers = iter([False, True])
    monkeypatch.setattr(world.endpoint, "provision_like", lambda *_: next(answers))
    course = world.until("rel2", 2, "open")
    waiting = world.step("rel2", course)
    assert (waiting.next, waiting.seconds) == ("open", 30)
    assert world.step("rel2", waiting).next == "shadow"
    monkeypatch.setattr(world.endpoint, "provision_like", lambda *_: False)
    world.abandon("rel2")
    with pytest.raises(Unavailable, match="not warm after 60 minutes"):
        world.until("rel3", 3, "shadow")
