from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryOnlineFeatures
from serin.data.contract.moments import TIMESTAMP
from serin.data.files.parquet import to_parquet
from serin.domain.charter import Derivation
from serin.services.build_features import FeatureBuilder
from serin.services.sweep_features import sweep_features
from tests.builders import NOON, a_charter, a_contract, a_contract_of, a_part, a_run, a_version, an_upload_of
from tests.definitions import item_key

NORTH = item_key("queue", "north")
SCHEMA = {"shop": pl.String, "seen_at": TIMESTAMP, "length": pl.Int64}
SHOPS = a_contract_of(SCHEMA, dataset="shops")


class World:
    """A lake with uploads of shops, and the views they feed."""

    def __init__(self) -> None:
        self.charter, self.functions, self.clock = a_charter(), dict[str, Any](), MemoryClock(NOON)
        self.lake, self.catalog = MemoryObjectStore(), MemoryCatalog()
        self.online, self.events = MemoryOnlineFeatures(), MemoryEvents()

    def add(self, dataset: str, *seen: tuple[str, int, int]) -> str:
        rows = [(shop, datetime(2013, 1, 1, hour, tzinfo=UTC), length) for shop, hour, length in seen]
        content = to_parquet(pl.DataFrame(rows, schema=SCHEMA, orient="row"))
        before = self.catalog.head(dataset)
        key, sequence = f"datasets/{dataset}/{before.sequence}.parquet", before.sequence + 1
        self.lake.put(key, content)
        upload = an_upload_of(dataset, content, key, len(seen), sequence)
        assert self.catalog.record_accepted(upload, a_part(upload, sequence), before)
        return upload.id

    def build(self, dataset: str, upload_id: str) -> int:
        contracts = {"shops": SHOPS, "orders": a_contract()}
        builder = FeatureBuilder(
            self.charter,
            contracts,
            self.functions.__getitem__,
            lake=self.lake,
            catalog=self.catalog,
            online=self.online,
            clock=self.clock,
        )
        return builder.build(dataset, upload_id, "c1", events=self.events).written

    def length(self) -> object:
        (found,) = self.online.read([NORTH]).values()
        return found.values["length"]


def test_the_last_value_of_each_entity_goes_online() -> None:
    world = World()
    assert world.build("shops", world.add("shops", ("north", 2, 20), ("north", 1, 10), ("south", 1, 5))) == 2
    assert world.length() == 20


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0), (1, 0, 1)])
def test_uploads_in_any_order_and_repeated_leave_the_newest_value(order: tuple[int, ...]) -> None:
    world = World()
    uploads = [world.add("shops", ("north", 1, 10)), world.add("shops", ("north", 2, 20))]
    for number in order:
        world.build("shops", uploads[number])
    assert world.length() == 20


def test_built_features_are_announced_with_the_uploads_place() -> None:
    world = World()
    upload = world.add("shops", ("north", 1, 10))
    world.build("shops", upload)
    (event,) = world.events.published
    assert (event.name, event.correlation) == ("Features Built", "c1")
    place = {"model": "late-orders", "dataset": "shops", "upload_id": upload, "sequence": 1}
    assert event.detail == {**place, "training": "due"}


def test_features_of_a_model_that_has_a_version_say_that_no_training_is_due_until_one_was_undecided() -> None:
    world, due = World(), []
    world.catalog.register(a_version(1))
    for number, status in enumerate(("rejected", "inconclusive", "skipped"), start=1):
        world.catalog.begin_run(a_run(id=f"r{number}", status=status, at=NOON + timedelta(hours=number)))
        world.build("shops", world.add("shops", ("north", number, 10)))
        due.append(world.events.published[-1].detail["training"])
    assert due == ["not due", "due", "due"]


def test_no_training_is_due_while_there_are_fewer_rows_of_truth_than_it_has_to_learn_from() -> None:
    world, due = World(), []
    least = world.charter.training.minimum_rows
    for number in (least - 1, 1, 2):
        world.build("orders", world.add("orders", *[("north", 1, 10)] * number))
        due.append(world.events.published[-1].detail["training"])
    assert due == ["not due", "due", "due"]


def test_a_dataset_without_views_writes_nothing_and_is_announced_all_the_same() -> None:
    world = World()
    assert world.build("orders", world.add("orders", ("north", 1, 10))) == 0
    assert [event.detail["dataset"] for event in world.events.published] == ["orders"]


@pytest.mark.parametrize(
    "fault", [lambda rows: rows["nothing"], lambda _: 1 / 0, lambda _: None, lambda rows: rows[:0]]
)
def test_an_upload_whose_features_can_never_be_built_ends_in_a_recorded_reason_and_a_notice(fault: Any) -> None:
    world = World()
    derive = Derivation("features:shops")
    datasets = tuple(replace(use, derive=derive) if use.name == "shops" else use for use in world.charter.datasets)
    world.charter = replace(world.charter, datasets=datasets)
    world.functions["features:shops"] = fault
    upload = world.add("shops", ("north", 1, 10))
    assert world.build("shops", upload) == 0
    assert [event.name for event in world.events.published] == ["Features Refused"]
    (fill,) = world.catalog.fills(world.charter.model)
    assert "features:shops" in (fill.refused or "")
    assert (fill.upto, fill.behind({"shops": 1})) == ({"shops": 0}, True)
    swept = sweep_features(world.charter, "c", catalog=world.catalog, events=world.events, clock=world.clock)
    world.clock.advance(timedelta(days=1))
    again = sweep_features(world.charter, "c", catalog=world.catalog, events=world.events, clock=world.clock)
    assert swept == again == []
