from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock
from serin.data.contract.moments import TIMESTAMP
from serin.data.files.parquet import to_parquet
from serin.domain.charter import Charter, DatasetUse, Derivation
from serin.domain.contracts import Column, Contract
from serin.domain.profiles import ColumnProfile, Profile, ProfileMade
from serin.domain.records import from_record
from serin.services.profile_dataset import Caps, Profiler
from tests.builders import NOON, a_charter, a_contract, a_part, an_upload_of

ORDERS = replace(
    a_contract(),
    columns=(*a_contract().columns[:-1], Column("left", "boolean", known="afterwards")),
)
SHOPS = Contract("shops", "1", (Column("shop", "string"), Column("length", "integer")), (), ("shop",))
DERIVED = DatasetUse("orders", "contracts/orders.yaml", Derivation("features:derived", ("shops",)))
CHARTER = a_charter(datasets=(DERIVED, a_charter().dataset("shops")))


def derived(orders: pl.DataFrame, shops: pl.DataFrame) -> pl.DataFrame:
    """`late` is what `left` says; `length` is the shop's."""
    return orders.join(shops, on="shop", how="left", maintain_order="left").with_columns(late=pl.col("left"))


def orders(numbers: range, amount: float = 1.0) -> pl.DataFrame:
    rows = {
        "order_id": list(numbers),
        "at": [NOON + timedelta(minutes=number) for number in numbers],
        "shop": ["north" if number % 3 else "south" for number in numbers],
        "amount": [amount * number for number in numbers],
        "left": [number % 2 == 0 for number in numbers],
    }
    return pl.DataFrame(rows, schema_overrides={"at": TIMESTAMP})


def shops() -> pl.DataFrame:
    return pl.DataFrame({"shop": ["north", "south"], "length": [4, 7]})


@dataclass
class World:
    """What profiles are made from."""

    charter: Charter = CHARTER
    code: str = "code-1"
    caps: Caps = field(default_factory=Caps)
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))

    def add(self, dataset: str, table: pl.DataFrame) -> None:
        before = self.catalog.head(dataset)
        key, sequence = f"datasets/{dataset}/{before.sequence}.parquet", before.sequence + 1
        self.lake.put(key, to_parquet(table))
        upload = an_upload_of(dataset, f"{dataset}{sequence}".encode(), key, table.height, sequence)
        assert self.catalog.record_accepted(upload, a_part(upload, sequence), before)

    def profiler(self) -> Profiler:
        functions: dict[str, Any] = {"features:derived": derived}
        contracts = {"orders": ORDERS, "shops": SHOPS}
        return Profiler(
            self.charter,
            contracts,
            functions.__getitem__,
            self.code,
            lake=self.lake,
            catalog=self.catalog,
            clock=self.clock,
            caps=self.caps,
        )

    def profile(self, dataset: str) -> list[str]:
        return [made.dataset for made in self.profiler().profile(dataset)]

    def newest(self, dataset: str) -> ProfileMade:
        made = self.catalog.profile("late-orders", dataset)
        assert made is not None
        return made

    def read(self, dataset: str) -> Profile:
        return from_record(Profile, json.loads(self.lake.get(self.newest(dataset).key)))


def columns(profile: Profile) -> dict[str, ColumnProfile]:
    return {column.name: column for column in profile.columns}


def test_a_profile_has_what_is_derived_and_what_goes_with_the_label() -> None:
    world = World()
    world.add("shops", shops())
    world.add("orders", orders(range(100)))
    assert world.profile("orders") == ["orders"]
    found = world.read("orders")
    assert (found.rows, found.of_rows, found.label, found.notes) == (100, 100, "late", ())
    there = columns(found)
    assert there["length"].derived
    assert there["late"].flags == ("label",)
    assert there["left"].flags == ("afterwards",)
    assert there["left"].association is not None
    assert there["left"].association.strength == 1.0
    assert world.newest("orders").key == f"reports/profiles/late-orders/orders/{world.newest('orders').id}.json"


def test_what_is_derived_from_what_is_known_afterwards_is_known_afterwards() -> None:
    world = World(charter=replace(CHARTER, truth=replace(CHARTER.truth, label="left")))
    world.add("shops", shops())
    world.add("orders", orders(range(50)))
    world.profile("orders")
    flags = {name: column.flags for name, column in columns(world.read("orders")).items()}
    assert flags["late"] == ("afterwards",)
    assert flags["length"] == ()


def test_of_what_is_derived_no_value_is_shown_where_it_may_be_made_of_what_nobody_is_shown() -> None:
    own = {"order_id": "integer", "at": "timestamp", "shop": "string", "amount": "number", "left": "boolean"}
    shop = replace(CHARTER.dataset("shops"), not_shown=("length",))
    uses = (replace(DERIVED, types=own), shop)
    shown = {}
    for name, charter in {"open": CHARTER, "kept back": replace(CHARTER, datasets=uses)}.items():
        world = World(charter)
        world.add("orders", orders(range(90)))
        world.add("shops", shops())
        (made, *_) = world.profiler().profile("orders")
        profile = from_record(Profile, json.loads(world.lake.get(made.key)))
        (length,) = [column for column in profile.columns if column.name == "length"]
        shown[name] = (length.classification, bool(length.top), "length" in profile.examples[0])
        assert "shop" in profile.examples[0]
    assert shown == {"open": (None, True, True), "kept back": ("restricted", False, False)}


def test_before_what_is_looked_up_has_rows_nothing_is_derived_and_then_it_is_made_anew() -> None:
    world = World()
    world.add("orders", orders(range(40)))
    assert world.profile("orders") == ["orders"]
    first = world.read("orders")
    assert (first.label, first.notes) == (None, ("shops has no rows yet, so nothing is derived.",))
    world.add("shops", shops())
    assert world.profile("shops") == ["shops", "orders"]
    assert (world.read("orders").label, world.read("orders").notes) == ("late", ())
    assert world.read("shops").label is None


def test_a_dataset_without_rows_has_no_profile() -> None:
    world = World()
    assert world.profile("shops") == []
    assert world.catalog.profile("late-orders", "shops") is None


def test_the_same_data_charter_and_code_are_profiled_once() -> None:
    world = World()
    world.add("shops", shops())
    world.profile("shops")
    first = world.newest("shops")
    world.clock.moment = datetime(2014, 1, 1, tzinfo=UTC)
    world.profile("shops")
    assert world.newest("shops") == first
    world.code = "code-2"
    world.profile("shops")
    assert world.newest("shops").id != first.id


def test_a_profile_of_less_never_replaces_one_of_more() -> None:
    world = World()
    world.add("shops", shops())
    world.profile("shops")
    newer = replace(world.newest("shops"), id="newer", sequence=9)
    world.catalog.save_profile(newer)
    world.add("shops", shops())
    assert [made.id for made in world.profiler().profile("shops")] == ["newer"]
    assert world.newest("shops") == newer


def test_a_row_that_came_again_counts_once_as_it_was_last() -> None:
    world = World()
    world.add("shops", shops())
    world.add("orders", orders(range(30)))
    world.add("orders", orders(range(10, 40), amount=100))
    world.profile("orders")
    found = world.read("orders")
    assert (found.rows, found.of_rows) == (40, 60)
    amount = columns(found)["amount"].numbers
    assert amount is not None
    assert (amount.minimum, amount.maximum) == (0, 3900)


def test_of_a_huge_dataset_a_sample_is_looked_at_with_all_versions_of_a_row_or_none() -> None:
    world = World(caps=Caps(read=100_000, kept=1_000))
    world.add("shops", shops())
    world.add("orders", orders(range(10_000)))
    world.add("orders", orders(range(5_000), amount=100))
    world.profile("orders")
    found, key = world.read("orders"), world.newest("orders").key
    first = world.lake.get(key)
    assert found.of_rows == 15_000
    assert 500 < found.rows < 1_000
    again = World(caps=world.caps, lake=world.lake, catalog=world.catalog, code="code-2")
    again.profile("orders")
    assert again.lake.get(again.newest("orders").key) == first
    amounts = columns(found)["amount"].numbers
    assert amounts is not None
    # Of the first 5,000 none is there as it was: the greatest of these is 4,999 times 100 now.
    assert amounts.maximum > 10_000
    (note,) = found.notes
    assert note.startswith("A sample: about 6.7 % of the rows, chosen by their key, of 2 of 2 files")


def test_of_a_long_history_no_more_is_read_than_the_cap_allows() -> None:
    world = World(caps=Caps(read=250, kept=10_000))
    world.add("shops", shops())
    for start in range(0, 1_000, 100):
        world.add("orders", orders(range(start, start + 100)))
    read: list[str] = []
    get = world.lake.get

    def counted(key: str, version_id: str | None = None) -> bytes:
        read.append(key)
        return get(key, version_id)

    world.lake.get = counted  # type: ignore[method-assign]
    world.profile("orders")
    assert [key for key in read if "orders" in key] == ["datasets/orders/4.parquet", "datasets/orders/9.parquet"]
    found = world.read("orders")
    assert (found.rows, found.of_rows) == (200, 1_000)
    assert found.notes == ("A sample: the rows of 2 of 10 files, spread over the history.",)


@pytest.mark.parametrize("wide", [2_000])
def test_of_a_wide_table_fewer_rows_are_kept(wide: int) -> None:
    contract = Contract("wide", "1", tuple(Column(f"c{number}", "integer") for number in range(wide)), (), ())
    assert Caps().kept_of(contract) == 6_000
    assert Caps().kept_of(SHOPS) == 500_000
