"""What people wish of a release: remembered once, told at once where it is an abort, refused where it means nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.world import MemoryClock, MemoryEvents
from serin.domain.errors import Conflict
from serin.domain.judgement.release_policy import BASIC
from serin.domain.release_record import Directive, Wish
from serin.services.direct_release import direct_release
from tests.builders import NOON, a_judged, a_plan, a_release

MODEL = "late-orders"


@dataclass
class World:
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    control: MemoryControl = field(default_factory=MemoryControl)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))

    def ask(self, wish: Wish, by: str = "ana", **release: Any) -> Directive:
        found = a_release(**release)
        ports: Any = {"catalog": self.catalog, "control": self.control, "events": self.events, "clock": self.clock}
        return direct_release(wish, found, by, "call-1", **ports)


@pytest.fixture
def world() -> World:
    return World()


def test_the_last_wish_counts_and_the_same_one_twice_is_one(world: World) -> None:
    held = world.ask("hold")
    world.clock.advance(timedelta(hours=1))
    assert world.ask("hold", by="ben") == held == world.control.directive(MODEL)
    resumed = world.ask("resume", by="ben")
    assert (resumed.at, resumed.by) == (NOON + timedelta(hours=1), "ben")
    assert world.control.directive(MODEL) == resumed
    assert world.events.published == []


def test_an_abort_is_told_each_time_until_the_release_has_ended(world: World) -> None:
    first = world.ask("abort")
    assert world.ask("abort", by="ben") == first
    assert [event.detail["reason"] for event in world.events.published] == ["Aborted by ana."] * 2
    assert world.ask("abort", status="rolled_back") == first
    assert len(world.events.published) == 2


@pytest.mark.parametrize(
    ("status", "remedy"), [("live", "release rollback"), ("rolled_back", "release start"), ("failed", "release start")]
)
@pytest.mark.parametrize("wish", ["hold", "resume", "abort"])
def test_a_release_that_has_ended_is_directed_no_more(world: World, wish: Wish, status: str, remedy: str) -> None:
    with pytest.raises(Conflict, match=f"has ended: {status}") as caught:
        world.ask(wish, status=status)
    assert remedy in caught.value.remedy
    assert world.control.directive(MODEL) is None


def test_a_waiting_release_is_aborted_and_what_was_wished_of_the_running_one_stays(world: World) -> None:
    held = world.ask("hold")
    for wish in ("hold", "resume"):
        with pytest.raises(Conflict, match="waits until another has ended"):
            world.ask(wish, id="rel2", status="waiting")  # type: ignore[arg-type]
    world.ask("abort", id="rel2", status="waiting")
    assert world.control.directive(MODEL) == held
    assert [event.detail["release"] for event in world.events.published] == ["rel2"]


def test_only_a_held_release_is_gone_on_with(world: World) -> None:
    with pytest.raises(Conflict, match="is not held"):
        world.ask("resume")
    assert world.ask("resume", status="held").wish == "resume"


def test_a_release_without_a_look_left_is_not_gone_on_with(world: World) -> None:
    """The second and last look at a margin of 2 % is at 1,500 calls."""
    world.catalog.save_plan(a_plan())
    world.catalog.add_judged(MODEL, a_judged(1, looked_at=300))
    assert world.ask("resume", status="held").wish == "resume"
    world.catalog.add_judged(MODEL, a_judged(2, looked_at=1500))
    world.clock.advance(timedelta(hours=1))
    world.ask("hold")
    with pytest.raises(Conflict, match="last planned look, at 1,500") as caught:
        world.ask("resume", status="held")
    assert "Abort it" in caught.value.remedy


def test_a_release_that_moves_all_calls_at_once_cannot_be_held(world: World) -> None:
    world.catalog.save_plan(a_plan(policy=BASIC))
    with pytest.raises(Conflict, match="nothing to hold"):
        world.ask("hold")
