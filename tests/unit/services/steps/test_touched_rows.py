"""Items made of what an upload touches are those made of all rows, whatever came before and in whichever order."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryEvents, MemoryOnlineFeatures
from serin.domain.charter import Charter, Derivation
from serin.domain.fills import Fill
from serin.services.compact_dataset import compact_dataset
from tests.unit.data.histories import LAST, QUEUE, START, ZONES, Event, table
from tests.unit.services.filling import STATIC, Filling, charter_of

HOUR = timedelta(hours=1)
VIEWS = (replace(LAST, name="seen"), replace(QUEUE, ttl=timedelta(hours=20)), replace(LAST, name="ever", ttl=None))


@dataclass
class Forgetful:
    """A catalog that keeps no records of views."""

    catalog: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.catalog, name)

    def save_fill(self, _: Fill) -> bool:
        return True


class Counting(MemoryObjectStore):
    """A bucket that counts the objects that are read."""

    gets = 0

    def get(self, key: str, version_id: str | None = None) -> bytes:
        self.gets += 1
        return super().get(key, version_id)


class Twice(Filling):
    """Each upload is built from what it touches, and beside that from all there is."""

    def __init__(self, **functions: Any) -> None:
        super().__init__(**functions)
        self.whole, self.lake = MemoryOnlineFeatures(), Counting()
        self.gets = {"few": 0, "all": 0}

    def build(self, charter: Charter, dataset: str, upload: str) -> None:
        few, all_of_it = self.builder(charter), self.builder(charter)
        few = replace(few, small=0, growth=math.inf)
        # What the one knows of all rows is only what it has counted itself.
        forgetful: Any = Forgetful(self.catalog)
        all_of_it = replace(all_of_it, online=self.whole, small=10**9, catalog=forgetful)
        for name, builder in (("few", few), ("all", all_of_it)):
            before = self.lake.gets
            builder.build(dataset, upload, "c1", events=MemoryEvents())
            self.gets[name] += self.lake.gets - before
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


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 0, 5])
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


def moved(shops: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    """Every event happens, and becomes known, some hours later, which its shop's zone says."""
    hours = zones.select(pl.col("zone").alias("shop"), "hours").unique("shop", keep="last")
    rows = shops.join(hours, on="shop", how="left", maintain_order="left")
    some = pl.when(pl.col("id") % 5 == 0).then(pl.col("id") * 7919 % 31 - 15).otherwise(0)
    later = pl.duration(hours=pl.col("hours").fill_null(0) + some)
    return rows.with_columns(moved_at=pl.col("seen_at") + later, told_at=pl.col("known_at") + later).drop("hours")


def at_its_own_time(shops: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    """The same, and one that nobody has seen happened when it became known."""
    return moved(shops, zones).with_columns(moved_at=pl.coalesce("moved_at", "told_at"))


MOVED = tuple(replace(view, event_time="moved_at", created_time="told_at") for view in VIEWS)


def grown(seed: int, derive: Any) -> Twice:
    """Hours of shops, and zones that change now and then."""
    dice, world = random.Random(seed), Twice(derive=derive)
    views = dice.choice([MOVED, MOVED[:2], MOVED[1:2]])
    charter = charter_of(*views, derive=Derivation("code:derive", ("zones",)))
    fan_in, waiting = dice.choice([3, 8, 99]), [("zones", world.accept("zones", zones(dice)))]
    for hour in range(20):
        world.clock.moment = START + hour * HOUR
        waiting.append(("shops", world.accept("shops", table(an_hour(dice, hour)))))
        if hour % 8 == 7:
            waiting.append(("zones", world.accept("zones", zones(dice))))
        compact_dataset("shops", hour + 1, lake=world.lake, catalog=world.catalog, fan_in=fan_in)
        while waiting and dice.random() < 0.7:
            world.build(charter, *waiting.pop(dice.randrange(len(waiting))))
    for upload in waiting:
        world.build(charter, *upload)
    return world


def zones(dice: random.Random) -> pl.DataFrame:
    rows = [(zone, dice.choice([0, 1, 20, -3])) for zone in dice.sample(["a", "b", "c"], dice.randint(1, 3))]
    return pl.DataFrame(rows, schema=ZONES, orient="row")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [5, 17])
def test_derived_times_are_looked_for_where_they_may_lie(seed: int) -> None:
    assert grown(seed, moved).whole._buckets


@pytest.mark.slow
def test_of_a_long_history_only_files_near_the_derived_times_are_read() -> None:
    world, charter = Twice(derive=moved), charter_of(MOVED[1], derive=Derivation("code:derive", ("zones",)))
    world.clock.moment = START
    world.upload(charter, "zones", pl.DataFrame([("a", 2), ("b", -3)], schema=ZONES, orient="row"))
    for hour in range(140):
        world.clock.moment = START + hour * HOUR
        rows: list[Event] = [(hour, "ab"[hour % 2], world.clock.moment, world.clock.moment, 1, True, 1.0)]
        upload = world.accept("shops", table(rows))
        if hour >= 138:
            world.gets = {"few": 0, "all": 0}
            world.build(charter, "shops", upload)
    assert world.gets["all"] > 140
    assert world.gets["few"] <= 36


@pytest.mark.slow
def test_times_that_may_lie_anywhere_are_looked_for_everywhere() -> None:
    assert grown(2, at_its_own_time).whole._buckets
