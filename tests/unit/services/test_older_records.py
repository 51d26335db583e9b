"""What was taken in before a field of its record was kept is read, built and joined as ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.world import MemoryEvents, MemoryOnlineFeatures
from serin.domain.contracts import Column, Contract
from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.fills import Fill
from serin.domain.records import as_record, from_record
from serin.domain.view_statistics import ViewStatistics
from serin.services.build_features import FeatureBuilder
from serin.services.compact_dataset import compact_dataset
from serin.services.show_views import show_views
from serin.services.steps.dataset_rows import copies_up_to, rows_up_to
from tests.unit.services.filling import LAST, charter_of
from tests.unit.services.test_accept_upload import World

# What each record has gained since the first layout that a state folder can hold.
_GAINED: Mapping[type[Any], frozenset[str]] = {
    Part: frozenset({"size", "digests", "copies", "schema", "ranges", "claims"}),
    DatasetHead: frozenset({"schemas"}),
    Upload: frozenset(
        {"promises", "scorecard", "corrected", "corrects", "repeated", "copies", "form", "uncompared", "again"}
        | {"still_bad"}
    ),
    Fill: frozenset({"begun", "refused", "busy"}),
    ViewStatistics: frozenset({"counted", "times"}),
}
SHOPS = Contract(
    "shops",
    "1.0.0",
    (
        Column("id", "integer"),
        Column("shop", "string"),
        Column("seen_at", "timestamp"),
        Column("known_at", "timestamp"),
        Column("length", "integer"),
        Column("open", "boolean"),
    ),
    (),
    ("id",),
)
CHARTER = charter_of(LAST)


def aged(record: Any) -> Any:
    """The record as one of the first layout is read today."""
    gained = _GAINED[type(record)]
    assert gained < {field.name for field in fields(record)}
    old = {name: value for name, value in as_record(record).items() if name not in gained}
    if statistics := old.get("statistics"):
        later = _GAINED[ViewStatistics]
        old["statistics"] = {name: value for name, value in statistics.items() if name not in later}
    return from_record(type(record), old)


class OldCatalog(MemoryCatalog):
    """A catalog whose records are all of the first layout until `today`."""

    today = False

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        aging = not self.today
        return super().record_accepted(*((aged(upload), aged(part)) if aging else (upload, part)), before)

    def head(self, dataset: str) -> DatasetHead:
        found = super().head(dataset)
        return found if self.today else aged(found)

    def save_fill(self, fill: Fill) -> bool:
        return super().save_fill(fill if self.today else aged(fill))


def arrives(world: World, online: MemoryOnlineFeatures, number: int) -> None:
    line = f"{number % 3},a,2013-01-0{number}T10:00:00Z,2013-01-0{number}T10:00:00Z,{number},true"
    header = ",".join(column.name for column in SHOPS.columns)
    upload = world.send(f"{header}\n{line}\n".encode(), f"raw/shops/{number}.csv")
    assert upload.status == "accepted"
    ports: dict[str, Any] = {"lake": world.lake, "catalog": world.catalog, "online": online, "clock": world.clock}
    builder = FeatureBuilder(CHARTER, {"shops": SHOPS}, {}.__getitem__, **ports)
    builder.build("shops", upload.id, "c1", events=MemoryEvents())


def test_records_of_the_first_layout_are_read_and_what_comes_after_joins_them() -> None:
    catalog, online = OldCatalog(), MemoryOnlineFeatures()
    world = World(contracts={"shops": SHOPS}, catalog=catalog)
    for number in (1, 2, 3, 4):
        arrives(world, online, number)
    catalog.today = True
    for number in (5, 6):
        arrives(world, online, number)
        compact_dataset("shops", number, lake=world.lake, catalog=catalog, fan_in=2)
    head = catalog.head("shops")
    rows = rows_up_to(head, SHOPS, lake=world.lake, catalog=catalog)
    assert rows["length"].to_list() == [1, 2, 3, 4, 5, 6]
    assert copies_up_to(head, lake=world.lake, catalog=catalog).to_list() == [False] * 6
    assert catalog.layout("shops").upto == 6
    (status,) = show_views(CHARTER, catalog=catalog)
    assert (status.state, status.fill and status.fill.upto) == ("filled", {"shops": 6})
    (item,) = online._items.values()
    assert dict(item.values) == {"length": 6, "open": True}
