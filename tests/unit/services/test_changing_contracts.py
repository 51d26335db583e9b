"""What becomes of a dataset whose contract changes between two uploads: the rows, the features, copies and keys."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.world import MemoryEvents, MemoryOnlineFeatures
from serin.data.features.joins import latest_rows
from serin.domain.charter import Charter, View
from serin.domain.contracts import Column, Contract, Reference, Rule
from serin.domain.errors import Invalid
from serin.files.contracts import read_contract
from serin.files.models import with_types
from serin.services.backfill_features import backfill_step, begin_backfill, step_of
from serin.services.build_features import FeatureBuilder
from serin.services.profile_dataset import Profiler
from serin.services.show_views import show_views
from serin.services.steps.dataset_rows import copies_up_to, rows_up_to
from tests.builders import a_charter, a_contract
from tests.definitions import item_key
from tests.unit.services.filling import charter_of
from tests.unit.services.test_accept_upload import World

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
QUEUE = View("queue", "shop", "shops", ("length",), "seen_at", "created", timedelta(hours=6))
HEADER = """
apiVersion: v3.1.0
kind: DataContract
id: shops
version: {version}
status: draft
description: {{purpose: queue lengths, limitations: none}}
schema:
  - name: shops
    customProperties: [{{property: identity, value: none}}]
    properties:
      - {{name: shop, logicalType: string, required: true}}
      - {{name: seen_at, logicalType: timestamp, required: true}}
      - {{name: created, logicalType: timestamp}}
"""
LENGTH = "      - {name: length, logicalType: integer}\n"
NOTE = "      - {name: note, logicalType: string}\n"
JUNE_1 = b"""shop,seen_at,created,length
north,2024-06-01T10:00:00Z,2024-06-01T11:30:00Z,12
north,2024-06-01T10:00:00Z,2024-06-01T10:05:00Z,10
"""
JUNE_2 = b"""shop,seen_at,created,length,note
north,2024-06-01T11:50:00Z,2024-06-01T11:51:00Z,21,busy
"""


@dataclass
class Deploying(World):
    """An intake and one model's features; each deploy has its contract of shops, and of others if need be."""

    online: MemoryOnlineFeatures = field(default_factory=MemoryOnlineFeatures)
    charter: Charter = field(default_factory=a_charter)

    def deploy(self, contract: Contract, **others: Contract) -> None:
        self.clock.moment = NOON
        self.contracts = {"orders": a_contract(), "zones": a_contract(dataset="zones"), "shops": contract, **others}
        self.charter = with_types(charter_of(QUEUE), self.contracts)

    def arrives(self, name: str, content: bytes) -> Any:
        upload = self.send(content, f"raw/shops/{name}.csv")
        if upload.status == "accepted":
            self.builder.build("shops", upload.id, "c1", events=MemoryEvents())
        return upload

    @property
    def builder(self) -> FeatureBuilder:
        ports: dict[str, Any] = {"lake": self.lake, "catalog": self.catalog, "clock": self.clock}
        return FeatureBuilder(self.charter, self.contracts, {}.__getitem__, online=self.online, **ports)

    def rows(self) -> pl.DataFrame:
        return rows_up_to(self.catalog.head("shops"), self.contracts["shops"], lake=self.lake, catalog=self.catalog)

    def length_online(self) -> Any:
        (item,) = self.online.read([item_key("queue", "north", charter=self.charter)]).values()
        return item.values["length"]


@pytest.fixture
def deploying() -> Deploying:
    return Deploying()


def contract(path: Path, version: str, *columns: str) -> Contract:
    file = path / f"{version}.yaml"
    file.write_text(HEADER.format(version=version) + "".join(columns))
    return read_contract(file)


def test_a_contract_that_gains_a_column_stops_nothing_and_old_rows_have_none(
    deploying: Deploying, tmp_path: Path
) -> None:
    deploying.deploy(contract(tmp_path, "1.0.0", LENGTH))
    deploying.arrives("june-1", JUNE_1)
    deploying.deploy(contract(tmp_path, "1.1.0", LENGTH, NOTE))
    upload = deploying.arrives("june-2", JUNE_2)
    assert (upload.status, upload.accepted) == ("accepted", 1)
    assert deploying.length_online() == 21
    (status,) = show_views(deploying.charter, catalog=deploying.catalog)
    assert (status.state, status.heads) == ("filled", {"shops": 2})
    assert deploying.rows()["note"].to_list() == [None, None, "busy"]
    ports: dict[str, Any] = {"lake": deploying.lake, "catalog": deploying.catalog, "clock": deploying.clock}
    profiler = Profiler(deploying.charter, deploying.contracts, {}.__getitem__, "", **ports)
    assert len(profiler.profile("shops")) == 1
    parts, head = deploying.catalog.parts("shops"), deploying.catalog.head("shops")
    assert [part.schema for part in parts] == [schema.name for schema in head.schemas]
    assert [schema.version for schema in head.schemas] == ["1.0.0", "1.1.0"]


def test_values_that_were_made_of_a_narrower_type_are_made_again(deploying: Deploying, tmp_path: Path) -> None:
    deploying.deploy(contract(tmp_path, "1.0.0", LENGTH))
    deploying.arrives("june-1", b"\n".join(JUNE_1.splitlines()[:2]))
    live = deploying.charter
    deploying.deploy(contract(tmp_path, "2.0.0", LENGTH.replace("integer", "string")))
    (status,) = show_views(deploying.charter, catalog=deploying.catalog)
    assert status.state == "behind", "what is served is an integer still"
    events, writer = MemoryEvents(), deploying.builder.writer
    begin_backfill([writer], None, "c1", events=events)
    backfill_step([writer], step_of(events.published[0].detail), "c1", events=events)
    assert deploying.length_online() == "12"
    for_live = replace(deploying, charter=live).builder.renew("shops", deploying.catalog.parts("shops")[0].upload_id)
    assert "length was integer when this version was trained" in str(for_live.refused)


def test_a_change_that_old_rows_cannot_follow_is_refused_when_a_file_comes_and_its_mending_takes_the_file(
    deploying: Deploying, tmp_path: Path
) -> None:
    deploying.deploy(contract(tmp_path, "1.0.0", LENGTH.replace("integer", "string")))
    deploying.arrives("june-1", JUNE_1)
    deploying.deploy(contract(tmp_path, "2.0.0", LENGTH))
    upload = deploying.arrives("june-2", JUNE_2)
    assert upload.reason == "shops.length: is integer, and rows accepted under version 1.0.0 have it as string."
    assert upload.remedy.startswith("Keep string, or give the new column another name.")
    with pytest.raises(Invalid, match="have it as string"):
        deploying.rows()
    assert begin_backfill([deploying.builder.writer], None, "c1", events=MemoryEvents()) == ()
    (status,) = show_views(deploying.charter, catalog=deploying.catalog)
    assert "shops.length: is integer" in str(status.fill and status.fill.refused)
    deploying.deploy(contract(tmp_path, "2.0.1", LENGTH.replace("integer", "string"), NOTE))
    assert deploying.arrives("june-2", JUNE_2).status == "accepted"
    assert deploying.length_online() == "21"


def test_rows_sent_again_under_a_wider_type_are_copies_still(deploying: Deploying, tmp_path: Path) -> None:
    days = "".join(f"north,2024-05-{day:02}T10:00:00Z,,{day * 10}\n" for day in range(1, 31))
    content = f"shop,seen_at,created,length\n{days}"
    deploying.deploy(contract(tmp_path, "1.0.0", LENGTH))
    deploying.arrives("may", content.encode())
    for version, kind, end in (("2.0.0", "number", "\r\n"), ("2.1.0", "number", "\n\n")):
        deploying.deploy(contract(tmp_path, version, LENGTH.replace("integer", kind), NOTE))
        again = "\n".join(f"{row}," for row in days.splitlines())
        upload = deploying.arrives(version, f"shop,seen_at,created,length,note\n{again}\n".replace("\n", end).encode())
        assert (upload.copies.rows, upload.copies.file) == (30, "may.csv")
    head = deploying.catalog.head("shops")
    assert int(copies_up_to(head, lake=deploying.lake, catalog=deploying.catalog).sum()) == 60
    assert deploying.rows()["length"].unique().len() == 30


def test_keys_are_the_same_keys_in_a_wider_type(deploying: Deploying) -> None:
    places, uses = Contract("zones", "1.0.0", (Column("id", "integer", required=True),), (), ("id",)), "zones.id.known"
    rule = Rule(uses, "foreign_key", ("zone",), "consistency", references=Reference("zones", ("id",)))
    columns = (Column("shop", "string"), Column("zone", "integer"), Column("seen_at", "timestamp"))
    shops = Contract("shops", "1.0.0", (*columns, Column("length", "integer")), (rule,), ("zone",))
    deploying.deploy(shops, zones=places)
    deploying.send(b"id\n7\n8\n", "raw/zones/1.csv")
    deploying.send(b"shop,zone,seen_at,length\nnorth,7,,1\n", "raw/shops/1.csv")
    wider = replace(shops, version="2.0.0", columns=(columns[0], Column("zone", "string"), *shops.columns[2:]))
    deploying.deploy(wider, zones=replace(places, columns=(Column("id", "string", required=True),)))
    deploying.send(b"id\n9a\n", "raw/zones/2.csv")
    upload = deploying.send(b"shop,zone,seen_at,length\nnorth,7,,2\nwest,9a,,3\nnobody,10,,4\n", "raw/shops/2.csv")
    assert (upload.accepted, upload.rules) == (2, {uses: 1})
    latest = latest_rows(deploying.rows(), wider)
    assert latest.select("zone", "length").rows() == [("7", 2), ("9a", 3)]


def test_a_column_that_is_gone_and_another_order_are_read_by_name(deploying: Deploying) -> None:
    columns = (Column("shop", "string"), Column("seen_at", "timestamp"), Column("length", "integer"))
    deploying.deploy(Contract("shops", "1.0.0", (*columns, Column("note", "string")), (), ()))
    deploying.send(b"shop,seen_at,length,note\nnorth,,1,busy\n", "raw/shops/1.csv")
    deploying.deploy(Contract("shops", "2.0.0", columns[::-1], (), ()))
    deploying.send(b"length,seen_at,shop\n2,,north\n", "raw/shops/2.csv")
    assert deploying.rows().rows() == [(1, None, "north"), (2, None, "north")]
    deploying.deploy(Contract("shops", "3.0.0", (columns[0], Column("note", "string")), (), ()))
    assert deploying.rows().rows() == [("north", "busy"), ("north", None)]


@pytest.mark.parametrize(("value", "status"), [(2**53 + 1, "rejected"), (-(2**63), "accepted"), (7, "accepted")])
def test_a_column_becomes_a_number_only_where_all_that_it_holds_stays_what_it_was(value: int, status: str) -> None:
    whole = Contract("orders", "1.0.0", (Column("id", "integer"), Column("n", "integer")), (), ())
    world = World(contracts={"orders": whole})
    world.send(f"id,n\n1,{value}\n".encode(), "raw/orders/a.csv")
    world.contracts["orders"] = replace(whole, columns=(whole.columns[0], Column("n", "number")))
    upload = world.send(b"id,n\n2,1.5\n", "raw/orders/b.csv")
    assert upload.status == status
    if status == "rejected":
        assert f"{value} was accepted as an integer" in (upload.reason or "")
        world.contracts["orders"] = whole
        assert world.send(b"id,n\n3,5\n", "raw/orders/c.csv").status == "accepted"
    head = world.catalog.head("orders")
    rows = rows_up_to(head, world.contracts["orders"], lake=world.lake, catalog=world.catalog)
    assert rows["n"].to_list() == ([value, 5] if status == "rejected" else [float(value), 1.5])
