"""What is read of a long history for a training set gives the same rows as all of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import polars as pl
import pytest

from benches.histories.model import CONTRACTS, START, charter_of, code
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.data.contract.types import POLARS_TYPES
from serin.data.features.joins import training_rows
from serin.data.files.parquet import size_in_memory, to_parquet, value_ranges
from serin.domain.charter import Charter
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


@pytest.mark.parametrize("seed", range(8))
def test_the_window_has_the_same_rows_however_far_back_is_read(seed: int) -> None:
    dice, world = random.Random(seed), World()
    world.add("shops", [(f"shop-{number}", number) for number in range(3)])
    days, fan_in = dice.choice([20, 58, 58]), dice.choice([4, 64])
    for day in range(days):
        world.add("orders", orders(dice, day), fan_in)
    charter = charter_of(derived=dice.random() < 0.2)
    if dice.random() < 0.3:
        first, *others = charter.features.views
        charter = replace(charter, features=replace(charter.features, views=(replace(first, ttl=None), *others)))
    assert world.training(charter).equals(world.everything(charter))


def test_of_a_long_history_only_the_window_is_read() -> None:
    world = World()
    world.add("shops", [("shop-1", 1)])
    for day in range(120):
        world.add("orders", [(day, "shop-1", START + day * DAY, 1.0, True)], fan_in=64)
    assert world.training(charter_of(derived=False)).height == 7
    assert world.lake.gets <= 2 * 16
