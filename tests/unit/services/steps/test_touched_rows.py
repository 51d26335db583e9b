"""Items made of what an upload touches are those made of all rows, whatever came before and in whichever order."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from serin.adapters.memory.world import MemoryEvents, MemoryOnlineFeatures
from serin.domain.charter import Charter
from serin.services.compact_dataset import compact_dataset
from tests.unit.data.histories import LAST, QUEUE, START, Event, table
from tests.unit.services.filling import STATIC, Filling, charter_of

HOUR = timedelta(hours=1)
VIEWS = (replace(LAST, name="seen"), replace(QUEUE, ttl=timedelta(hours=20)), replace(LAST, name="ever", ttl=None))


class Twice(Filling):
    """Each upload is built from what it touches, and beside that from all there is."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = MemoryOnlineFeatures()
        self.gets = 0

    def build(self, charter: Charter, dataset: str, upload: str) -> None:
        few, all_of_it = self.builder(charter), self.builder(charter)
        few = replace(few, small=0, growth=math.inf)
        all_of_it = replace(all_of_it, online=self.whole, small=10**9)
        few.build(dataset, upload, "c1", events=MemoryEvents())
        all_of_it.build(dataset, upload, "c1", events=MemoryEvents())
        assert self.online._items == self.whole._items
        assert self.online._buckets == self.whole._buckets


def an_hour(dice: random.Random, hour: int) -> list[Event]:
    """Rows of an hour: most are new and of now, some correct others, are late or early, or say nothing."""
    rows: list[Event] = []
    corrects = dice.random() < 0.25
    for place in range(dice.randrange(1, 4)):
        number = hour * 4 + place
        if corrects:
            number = dice.randrange(hour * 4 + 1)
        late = dice.choice([30, 60] if corrects and dice.random() < 0.5 else [0, 0, 0, 0, 0, 3, -2])
        seen = START + (hour - late) * HOUR + timedelta(minutes=dice.choice([0, 0, 10, 20]))
        known = dice.choice([seen, seen, seen, START + hour * HOUR, seen + 5 * HOUR, seen - HOUR, None])
        shop = dice.choice(["a", "a", "b", "c", None])
        seen_at = None if corrects and dice.random() < 0.3 else seen
        rows.append((number, shop, seen_at, known, dice.randrange(9), dice.choice([True, None]), float(place)))
    return list({row[0]: row for row in rows}.values())


def test_the_newest_event_that_will_be_withdrawn_hides_none_before_it() -> None:
    world, charter = Twice(), charter_of(VIEWS[2])
    early, late = START, START + 10 * HOUR
    for hour, row in [
        (0, (1, "a", early, early, 1, True, 1.0)),
        (10, (2, "a", late, late, 2, True, 1.0)),
        (11, (2, "a", None, START + 14 * HOUR, 2, True, 1.0)),
    ]:
        world.clock.moment = START + hour * HOUR
        world.upload(charter, "shops", table([row]))
    (item,) = world.online._items.values()
    assert [item.event_time, *(later.event_time for later in item.later)] == [late, early]


@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (0, 5))])
def test_the_items_are_those_that_all_rows_make(seed: int) -> None:
    dice, world = random.Random(seed), Twice()
    views = (*VIEWS, STATIC) if dice.random() < 0.2 else dice.choice([VIEWS, VIEWS[:2], VIEWS[1:2]])
    charter, fan_in, waiting = charter_of(*views), dice.choice([3, 8, 99]), list[str]()
    for hour in range(40):
        world.clock.moment = START + hour * HOUR
        waiting.append(world.accept("shops", table(an_hour(dice, hour))))
        compact_dataset("shops", hour + 1, lake=world.lake, catalog=world.catalog, fan_in=fan_in)
        while waiting and dice.random() < 0.7:
            world.build(charter, "shops", waiting.pop(dice.randrange(len(waiting))))
    for upload in waiting:
        world.build(charter, "shops", upload)
    assert world.whole._buckets
