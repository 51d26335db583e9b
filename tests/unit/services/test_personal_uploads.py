"""Nothing that is kept of an upload holds a personal value: not rows, not quarantine, not records, not events."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.salts import MemorySalts
from serin.data.files.corrections import to_csv
from serin.data.files.parquet import from_parquet
from serin.data.files.table import ROW, RULES, TEXT, UPLOAD
from serin.domain.contracts import Column, Contract, Reference, Rule
from serin.domain.datasets import Upload
from serin.domain.errors import Unavailable
from serin.domain.records import as_record
from serin.services.accept_upload import Arrival, accept_upload
from tests.builders import a_contract
from tests.unit.services.test_accept_upload import World

COLUMNS = (
    Column("order_id", "integer", required=True),
    Column("customer", "string", required=True, missing=("-",)),
    Column("mail", "string", written="E-Mail"),
    Column("amount", "integer"),
)
RULES_OF = (Rule("orders.amount.range", "range", ("amount",), "accuracy", minimum=0, maximum=1000),)
PLAIN = a_contract(columns=COLUMNS, rules=RULES_OF, primary_key=("order_id",))
PERSONAL = PLAIN.protecting({"customer": "hash", "mail": "drop"})
HEADER = "order_id,customer,E-Mail,amount\n"
NAMES = ("Ann Ox", "Bo Elk", "ann@example.org", "bo@example.org", "cy@example.org")
FILE = HEADER + (
    "1,Ann Ox,ann@example.org,10\n2,Bo Elk,bo@example.org,20\n3,Ann Ox,ann@example.org,-1\n4,Cy\n5,-,cy@example.org,1\n"
)


class Personal(World):
    """A world with salts; what it holds can be looked through."""

    def __init__(self, contract: Contract = PERSONAL) -> None:
        super().__init__({contract.dataset: contract})
        self.salts = MemorySalts()

    def deliver(self, key: str = "", size: int = 0, version: str | None = None) -> Upload:
        ports: dict[str, Any] = {"uploads": self.uploads, "lake": self.lake, "catalog": self.catalog}
        ports |= {"events": self.events, "clock": self.clock, "salts": lambda: self.salts}
        return accept_upload(Arrival(key, version, size), self.contracts, **ports)

    def upload(self, text: str, dataset: str = "orders", name: str = "a.csv") -> Upload:
        return self.send(text.encode(), f"raw/{dataset}/{name}")

    def accepted(self, upload: Upload) -> pl.DataFrame:
        assert upload.part is not None
        return from_parquet(self.lake.get(upload.part))

    def quarantine(self, upload: Upload) -> pl.DataFrame:
        assert upload.quarantine is not None
        return from_parquet(self.lake.get(upload.quarantine))

    def all_that_is_kept(self, upload: Upload) -> str:
        events = [vars(event) for event in self.events.published]
        told = [as_record(upload), as_record(self.catalog.parts(upload.dataset)), events]
        tables = {key for key in self.lake.keys("") if key.endswith("parquet")}
        frames = [from_parquet(self.lake.get(key)).write_json() for key in tables]
        others = [repr(self.lake.get(key)) for key in self.lake.keys("") if key not in tables]
        return json.dumps(told, default=str) + "".join(frames) + "".join(others)


def test_values_are_dropped_or_replaced_before_anything_is_kept() -> None:
    world = Personal()
    upload = world.upload(FILE)
    assert (upload.rows, upload.accepted, upload.quarantined) == (5, 2, 3)
    kept = world.accepted(upload)
    assert kept.columns == ["order_id", "customer", "amount"]
    assert kept["customer"].str.contains(r"^pd-[0-9a-f]{32}$").all()
    aside = world.quarantine(upload)
    assert aside.columns == [ROW, RULES, "order_id", "customer", "amount", TEXT]
    assert aside["customer"][0] == kept["customer"][0], "of one person"
    assert aside[RULES].to_list() == [["orders.amount.range"], ["orders.row.shape"], ["orders.customer.required"]]
    everything = world.all_that_is_kept(upload)
    assert not [name for name in NAMES if name in everything]
    assert "Cy" not in everything, "what cannot be cut into values is not kept"


def test_the_check_of_what_is_kept_would_see_a_value() -> None:
    world = Personal(PLAIN)
    everything = world.all_that_is_kept(world.upload(FILE))
    assert all(name in everything for name in NAMES)


def test_one_person_is_one_digest_in_every_file_and_dataset() -> None:
    orders = replace(PERSONAL, rules=(Rule("k", "foreign_key", ("customer",), "consistency", references=_KEY),))
    people = a_contract(dataset="people", columns=(COLUMNS[1],), rules=(), primary_key=("customer",))
    world = Personal(people.protecting({"customer": "hash"}))
    world.contracts["orders"] = orders
    known = world.upload("customer\nAnn Ox\n", "people")
    upload = world.upload(HEADER + "1,Ann Ox,,1\n2,Bo Elk,,2\n")
    assert (upload.accepted, upload.rules) == (1, {"k": 1})
    assert world.accepted(upload)["customer"].to_list() == world.accepted(known)["customer"].to_list()


_KEY = Reference("people", ("customer",))


def test_rows_that_were_set_aside_come_back_as_the_same_people() -> None:
    world = Personal()
    first = world.upload(FILE)
    aside = world.quarantine(first).with_columns(pl.lit(first.id).alias(UPLOAD)).filter(pl.col(ROW) == 3)
    text = to_csv([aside], {"amount": "integer"}).decode().replace(",-1", ",1")
    second = world.upload(text, name="corrected.csv")
    assert (second.status, second.corrected, second.accepted) == ("accepted", 1, 1)
    assert world.accepted(second)["customer"][0] == world.accepted(first)["customer"][0]
    # A digest that nobody has exported is a name like any other.
    digest = world.accepted(first)["customer"][0]
    third = world.upload(HEADER + f"9,{digest},,1\n", name="c.csv")
    assert world.accepted(third)["customer"][0] != digest


def test_a_person_whose_salt_is_gone_is_somebody_new() -> None:
    world = Personal()
    before = world.accepted(world.upload(HEADER + "1,Ann Ox,,1\n"))["customer"][0]
    world.salts.salts.clear()
    after = world.accepted(world.upload(HEADER + "2,Ann Ox,,1\n"))["customer"][0]
    assert before != after


def test_a_file_without_a_header_is_refused_without_repeating_it() -> None:
    world = Personal()
    upload = world.upload("1,Ann Ox,ann@example.org,10\n2,Bo Elk,bo@example.org,20\n")
    assert upload.status == "rejected"
    assert upload.reason == "a.csv: its first line names no column of the contract of orders."


@pytest.mark.parametrize("spelt", ["e-mail", "E-Mail "])
def test_a_column_to_be_dropped_that_is_spelt_otherwise_is_not_kept_as_an_unknown_one(spelt: str) -> None:
    upload = Personal().upload(FILE.replace("E-Mail", spelt))
    assert upload.status == "rejected"
    assert "is written" in (upload.reason or "")


def test_of_a_column_that_no_contract_knows_no_value_is_kept_for_it_may_name_people() -> None:
    world = Personal()
    upload = world.upload("order_id,customer,E-Mail,amount,Full Name\n1,Ann Ox,,10,Ann\n3,Bo Elk,,-1,Bo Elk\n")
    assert (upload.accepted, upload.quarantined) == (1, 1)
    assert upload.warnings == {"orders.full_name.unexpected": 2}
    assert world.quarantine(upload).columns == [ROW, RULES, "order_id", "customer", "amount", TEXT]
    assert "Bo Elk" not in world.all_that_is_kept(upload)


def test_a_file_may_lack_what_would_be_dropped() -> None:
    assert Personal().upload("order_id,customer,amount\n1,Ann Ox,1\n").accepted == 1


def test_parquet_is_protected_alike() -> None:
    world, buffer = Personal(), io.BytesIO()
    frame = pl.DataFrame({"order_id": [1], "customer": ["Ann Ox"], "E-Mail": ["ann@example.org"], "amount": [1]})
    frame.write_parquet(buffer)
    upload = world.send(buffer.getvalue(), "raw/orders/a.parquet")
    assert world.accepted(upload).columns == ["order_id", "customer", "amount"]
    everything = world.all_that_is_kept(upload)
    assert not [name for name in NAMES if name in everything]


def test_protection_cannot_begin_or_end_over_rows_that_are_there() -> None:
    world = Personal(PLAIN)
    world.upload(FILE)
    world.contracts["orders"] = PERSONAL
    upload = world.upload(HEADER + "7,Ann Ox,,1\n", name="b.csv")
    assert upload.status == "rejected"
    assert "orders.customer: digests are kept of it" in (upload.reason or "")
    assert "orders.mail: nothing is kept of it" in (upload.reason or "")
    again = Personal()
    again.upload(FILE)
    again.contracts["orders"] = PLAIN
    assert "have its digests" in (again.upload(HEADER + "7,Ann Ox,,1\n", name="b.csv").reason or "")


def test_without_salts_nothing_personal_is_taken_in() -> None:
    world = World({"orders": PERSONAL})
    with pytest.raises(Unavailable, match="nobody has its salts"):
        world.send(FILE.encode(), "raw/orders/a.csv")
    assert world.lake.keys("") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,seventy\n2,eighty\n", "its first line names no column of the contract of orders"),
        ("order_id,income\n1,seventy,x\n2,eighty,x\n", "not as many values as the header"),
        ("2013 seventy\norder_id,income\n1,2\n", "its first line names no column of the contract of orders"),
    ],
)
def test_neither_a_line_without_names_nor_one_of_a_wrong_width_shows_a_classified_value(text: str, reason: str) -> None:
    columns = (COLUMNS[0], Column("income", "integer", classification="confidential"))
    world = Personal(a_contract(columns=columns, rules=(), primary_key=("order_id",)))
    upload = world.upload(text)
    assert (upload.status, reason in (upload.reason or "")) == ("rejected", True)
    assert "seventy" not in str(upload) + str(vars(world.events))


def test_a_reason_shows_no_value_of_a_classified_column() -> None:
    columns = (COLUMNS[0], Column("income", "integer", classification="confidential"))
    world = Personal(a_contract(columns=columns, rules=(), primary_key=("order_id",)))
    upload = world.upload("order_id,income\n1,seventy\n2,eighty\n")
    assert upload.status == "rejected"
    assert "income (not shown): a value is no integer" in (upload.reason or "")
    assert "seventy" not in str(upload)
