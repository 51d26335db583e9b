"""What is read of a long history for a training set gives the same rows as all of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf
from typing import Any

import polars as pl
import pytest

from benches.histories.model import CONTRACTS, START, charter_of, packed
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryOnlineFeatures
from serin.data.contract.types import POLARS_TYPES
from serin.data.features.joins import training_rows
from serin.data.files.parquet import size_in_memory, to_parquet, value_ranges
from serin.domain.charter import Charter, Moment
from serin.services.build_features import FeatureBuilder
from serin.services.compact_dataset import compact_dataset
from serin.services.steps.training_tables import Tables, TrainingTables
from tests.builders import a_part, an_upload_of

DAY = timedelta(days=1)


@dataclass
class Lake(MemoryObjectStore):
    """A bucket that counts the objects that are read."""

    gets: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def get(self, key: str, version_id: str | None = None) -> bytes:
        self.gets += 1
        return super().get(key, version_id)


@dataclass
class World:
    """Orders and shops as they were accepted."""

    lake: Lake = field(default_factory=Lake)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)

    def add(self, dataset: str, rows: list[tuple[object, ...]], fan_in: int = 4) -> None:
        schema = {column.name: POLARS_TYPES[column.type] for column in CONTRACTS[dataset].columns}
        table, before = pl.DataFrame(rows, schema=schema, orient="row"), self.catalog.head(dataset)
        number = before.sequence + 1
        key = f"datasets/{dataset}/{number}.parquet"
        self.lake.put(key, to_parquet(table))
        upload = replace(an_upload_of(dataset, key.encode(), key, table.height, number), at=START + 400 * DAY)
        part = replace(a_part(upload, number), size=size_in_memory(table), ranges=value_ranges(table.lazy()))
        assert self.catalog.record_accepted(upload, part, before)
        compact_dataset(dataset, number, lake=self.lake, catalog=self.catalog, fan_in=fan_in)

    def build(self, charter: Charter) -> None:
        """Build the features of the newest orders, and count what was built before them where that is not known."""
        ports: Any = {"lake": self.lake, "catalog": self.catalog, "online": MemoryOnlineFeatures()}
        clock = MemoryClock(START + 400 * DAY)
        builder = FeatureBuilder(charter, CONTRACTS, code, **ports, clock=clock, small=0, growth=inf)
        builder.renew("orders", self.catalog.latest_uploads("orders").items[0].id)

    def training(self, charter: Charter) -> pl.DataFrame:
        heads = {name: self.catalog.head(name) for name in CONTRACTS}

        def make(tables: Tables, copied: pl.Series | None, until: datetime) -> pl.DataFrame:
            return training_rows(charter, CONTRACTS, tables, code, copied, until)

        tables = TrainingTables(heads, CONTRACTS, lake=self.lake, catalog=self.catalog)
        found, self.lake.gets = tables.rows(charter, make), 0
        tables.rows(charter, make)
        return found

    def everything(self, charter: Charter) -> pl.DataFrame:
        heads = {name: self.catalog.head(name) for name in CONTRACTS}
        tables = TrainingTables(heads, CONTRACTS, lake=self.lake, catalog=self.catalog)
        return training_rows(charter, CONTRACTS, tables._everything, code, None)


def code(_: str) -> Callable[..., pl.DataFrame]:
    """Some orders are packed days after or before the others."""

    def packed_sometime(orders: pl.DataFrame, shops: pl.DataFrame) -> pl.DataFrame:
        days = pl.when(pl.col("id") % 10 < 5).then(0).otherwise(pl.col("id") * 7919 % 41 - 20)
        return packed(orders, shops).with_columns(pl.col("packed_at") + pl.duration(days=days))

    return packed_sometime


def orders(dice: random.Random, day: int) -> list[tuple[object, ...]]:
    """A day's orders; some correct earlier ones, some are late, some have no label yet or no amount.

    In some files all do: what they correct is of other times by then.
    """
    rows: list[tuple[object, ...]] = []
    corrects = dice.random() < 0.3
    for place in range(dice.randrange(1, 8)):
        number = day * 10 + place
        if corrects or dice.random() < 0.15:
            number = dice.randrange(max(0, day * 10 - 60), day * 10 + 1)
        late = dice.choice([30, 40] if corrects else [0, 0, 0, 0, 1, 9, 30])
        at = START + timedelta(days=day - late, minutes=dice.randrange(1440))
        label = None if day > 50 or dice.random() < 0.2 else dice.random() < 0.5
        rows.append((number, f"shop-{dice.randrange(3)}", at, dice.choice([None, float(place)]), label))
    return list({row[0]: row for row in rows}.values())


def derived_charter(dice: random.Random) -> Charter:
    """Half of the time orders are counted when they are packed, or asked about then."""
    charter = charter_of(derived=dice.random() < 0.5)
    moment = Moment(dice.choice(["ordered_at", charter.features.views[0].event_time or ""]), dice.choice([0, 2]) * DAY)
    return replace(charter, features=replace(charter.features, moment=moment))


@pytest.mark.parametrize(
    "seed", [3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (0, 1, 2, 5, 10, 20, 23))]
)
def test_the_window_has_the_same_rows_however_far_back_is_read(seed: int) -> None:
    dice, world = random.Random(seed), World()
    world.add("shops", [(f"shop-{number}", number) for number in range(3)])
    days, fan_in = dice.choice([20, 58, 58]), dice.choice([4, 64])
    charter = derived_charter(dice)
    for day in range(days):
        world.add("orders", orders(dice, day), fan_in)
        if dice.random() < 0.1 or day == days - 6:
            world.build(charter)
        if dice.random() < 0.01:
            world.add("shops", [(f"shop-{number}", dice.choice([5, 900])) for number in range(3)])
    if dice.random() < 0.3:
        first, *others = charter.features.views
        charter = replace(charter, features=replace(charter.features, views=(replace(first, ttl=None), *others)))
    assert world.training(charter).equals(world.everything(charter))


@pytest.mark.slow
@pytest.mark.parametrize("moment", [None, "ordered_at", "packed_at"])
def test_of_a_long_history_only_the_window_is_read(moment: str | None) -> None:
    world, charter = World(), charter_of(derived=moment is not None)
    if moment:
        charter = replace(charter, features=replace(charter.features, moment=Moment(moment)))
    world.add("shops", [("shop-1", 1)])
    for day in range(120):
        world.add("orders", [(day * 10, "shop-1", START + day * DAY, 1.0, True)], fan_in=64)
        if moment and day == 110:
            world.build(charter)
    assert world.training(charter).height == 7
    assert world.lake.gets <= 2 * 16
