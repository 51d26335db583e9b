from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents
from serin.data.files.corrections import to_csv
from serin.data.files.parquet import from_parquet
from serin.data.files.table import CAPS
from serin.domain.auditing.effects import upload_entry
from serin.domain.contracts import Column, Contract, DatasetRule, Limit, Reference, Rule
from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.errors import Conflict, Unavailable
from serin.domain.records import as_record, from_record
from serin.ports import Catalog
from serin.services import accept_upload as accept_upload_module
from serin.services.accept_upload import ATTEMPTS, Arrival, accept_upload
from tests.builders import NOON, a_contract
from tests.unit.services.ports_that_crash import Crash, Fuse

HEADER = "order_id,at,shop,amount,late\n"
GOOD = "1,2013-01-01T10:00:00Z,north,10,true\n2,2013-01-01T11:00:00Z,south,20,false\n"
BAD = "2,2013-01-01T12:00:00Z,south,30,false\n4,2013-01-01T13:00:00Z,west,5000,false\n"
MIXED = (HEADER + GOOD + BAD).encode()
KEY = "raw/orders/january.csv"


@dataclass
class World:
    """The ports of one intake, and the contracts in force."""

    contracts: dict[str, Contract] = field(default_factory=lambda: {"orders": a_contract()})
    uploads: Any = field(default_factory=MemoryObjectStore)
    lake: Any = field(default_factory=MemoryObjectStore)
    catalog: Any = field(default_factory=MemoryCatalog)
    events: Any = field(default_factory=MemoryEvents)
    clock: Any = field(default_factory=lambda: MemoryClock(NOON))

    def send(self, content: bytes = MIXED, key: str = KEY) -> Upload:
        self.uploads.put(key, content)
        return self.deliver(key, len(content))

    def deliver(self, key: str = KEY, size: int = len(MIXED), version: str | None = None) -> Upload:
        return accept_upload(
            Arrival(key, version, size),
            self.contracts,
            uploads=self.uploads,
            lake=self.lake,
            catalog=self.catalog,
            events=self.events,
            clock=self.clock,
        )

    def behind(self, fuse: Fuse) -> World:
        guarded = ("uploads", "lake", "catalog", "events")
        return replace(self, **{name: fuse.guard(getattr(self, name)) for name in guarded})


def events_of(world: World) -> list[str]:
    return [event.name for event in world.events.published]


def test_good_rows_join_the_dataset_and_bad_rows_go_to_quarantine_with_their_rules() -> None:
    world = World()
    upload = world.send()
    assert (upload.status, upload.rows, upload.accepted, upload.quarantined) == ("accepted", 4, 2, 2)
    assert upload.rules == {"orders.order_id.unique": 1, "orders.amount.range": 1}
    assert upload.part is not None
    assert upload.quarantine is not None
    assert from_parquet(world.lake.get(upload.part))["order_id"].to_list() == [1, 2]
    assert from_parquet(world.lake.get(upload.quarantine))["order_id"].to_list() == ["2", "4"]


def test_every_row_is_accounted_for_in_the_catalog() -> None:
    world = World()
    world.send()
    world.send((HEADER + "7,2013-02-01T10:00:00Z,north,1,true\n8,,north,1,true\n").encode(), "raw/orders/february.csv")
    recorded = sorted(world.catalog.latest_uploads("orders").items, key=lambda upload: upload.sequence or 0)
    assert [(item.rows, item.accepted + item.quarantined) for item in recorded] == [(4, 4), (2, 2)]
    parts = world.catalog.parts("orders")
    assert [part.rows for part in parts] == [item.accepted for item in recorded]
    assert [len(from_parquet(world.lake.get(part.key))) for part in parts] == [part.rows for part in parts]
    assert world.catalog.head("orders").rows == sum(item.accepted for item in recorded) == 3


def test_a_warning_is_counted_and_its_row_is_accepted() -> None:
    upload = World().send((HEADER + "1,2013-01-01T10:00:00Z,west,10,true\n").encode())
    assert (upload.accepted, upload.quarantined) == (1, 0)
    assert upload.warnings == {"orders.shop.one_of": 1}
    assert upload.quarantine is None


def test_a_file_without_one_good_row_is_rejected_with_the_rules_broken_most_and_a_value_of_each() -> None:
    world = World()
    upload = world.send((HEADER + ",2013-01-01T10:00:00Z,north,10,true\n1,2013-01-01 10:00,north,10,true\n").encode())
    assert (upload.status, upload.accepted, upload.part) == ("rejected", 0, None)
    assert (upload.reason or "").startswith("january.csv: none of its 2 rows is good. 1 row: ")
    assert upload.scorecard == {}
    assert "order_id has no value (orders.order_id.required)" in (upload.reason or "")
    assert "'2013-01-01 10:00' is no timestamp: it does not say its time zone" in (upload.reason or "")
    assert world.catalog.head("orders").rows == 0
    assert world.lake.keys("") == []


def test_a_contract_that_cannot_be_run_rejects_what_comes_and_once_it_is_mended_the_same_file_is_taken() -> None:
    broken = Rule("orders.shop.pattern", "pattern", ("shop",), "accuracy", pattern=r"^[a-z]+\Z")
    world = World({"orders": a_contract(rules=(broken,))})
    upload = world.send()
    assert (upload.status, events_of(world)) == ("rejected", ["Upload Rejected"])
    assert upload.reason == (
        r"orders.shop.pattern: the pattern '^[a-z]+\\Z' cannot be run: unrecognized escape sequence"
    )
    assert "Rust" in (upload.remedy or "")
    world.contracts["orders"] = a_contract(rules=(replace(broken, pattern=r"^[a-z]+\z"),))
    assert world.deliver().status == "accepted"


def test_gzipped_content_is_read() -> None:
    assert World().send(gzip.compress(MIXED), "raw/orders/january.csv.gz").accepted == 2


def test_an_accepted_upload_says_so_on_the_bus_with_its_place_in_the_dataset() -> None:
    world = World()
    upload = world.send()
    (event,) = world.events.published
    assert event.name == "Upload Accepted"
    assert event.detail == {"dataset": "orders", "upload_id": upload.id, "sequence": 1}
    assert event.correlation == upload.correlation


def test_what_an_object_causes_has_one_id_however_often_the_object_is_delivered() -> None:
    world = World()
    world.send()
    world.send()
    first, again = (event.correlation for event in world.events.published)
    assert first == again


def test_another_object_has_an_id_of_its_own_though_its_content_is_known() -> None:
    world = World()
    upload = world.send()
    assert replace(world.send(key="raw/orders/other.csv"), again=None) == upload
    first, second = (event.correlation for event in world.events.published)
    assert first == upload.correlation != second


@pytest.mark.parametrize(("key", "version"), [("raw/orders/a.csv", "v2"), ("raw/orders/b.csv", "v1")])
def test_an_objects_version_is_part_of_its_id(key: str, version: str) -> None:
    assert Arrival(key, version, 1).correlation != Arrival("raw/orders/a.csv", "v1", 1).correlation


def test_what_cannot_be_attributed_says_so_under_its_objects_id() -> None:
    world = World()
    refused = world.send(key="elsewhere/a.csv")
    assert [event.correlation for event in world.events.published] == [refused.correlation]
    assert refused.correlation


def state(world: World) -> tuple[Any, ...]:
    catalog = world.catalog
    return catalog.latest_uploads("orders"), catalog.parts("orders"), catalog.head("orders"), world.lake.keys("")


def test_the_same_event_twice_changes_nothing_and_sends_the_event_again() -> None:
    world = World()
    first = world.send()
    before = state(world)
    world.clock.moment = NOON.replace(year=2014)
    assert world.deliver() == first
    assert state(world) == before
    assert world.events.published[0] == world.events.published[1]
    assert len(world.events.published) == 2


def test_the_same_content_under_another_name_is_the_same_upload() -> None:
    world = World()
    first = world.send()
    before = state(world)
    assert replace(world.send(key="raw/orders/again.csv"), again=None) == first
    assert state(world) == before
    assert [world.catalog.arrival("orders", f"{key}@") for key in (KEY, "raw/orders/again.csv")] == [first.id] * 2


def test_the_object_version_the_event_names_is_the_one_that_is_read() -> None:
    world = World()
    world.uploads.put(KEY, MIXED)
    world.uploads.put(KEY, (HEADER + "9,2013-01-01T10:00:00Z,north,10,true\n").encode())
    assert world.deliver(version="1").rows == 4
    assert world.deliver(version="2").rows == 1


def test_parts_follow_each_other_in_the_order_they_were_accepted() -> None:
    world = World()
    ids = [world.send((HEADER + f"{n},2013-01-01T10:00:00Z,north,1,true\n").encode()).id for n in (1, 2, 3)]
    parts = world.catalog.parts("orders")
    assert [(part.sequence, part.upload_id) for part in parts] == list(enumerate(ids, start=1))


class Raced(MemoryCatalog):
    """A catalog where, `times` times, another upload is recorded between our reading the head and our writing."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        if self._times:
            self._times -= 1
            number = before.sequence + 1
            other = replace(upload, id=f"other{number}", sequence=number)
            super().record_accepted(other, replace(part, upload_id=other.id, digest=other.id), before)
        return super().record_accepted(upload, part, before)


def test_an_upload_that_lost_the_race_takes_the_next_place() -> None:
    world = World(catalog=Raced(2))
    upload = world.send()
    assert upload.sequence == 3
    assert [part.upload_id for part in world.catalog.parts("orders")] == ["other1", "other2", upload.id]
    assert world.events.published[-1].detail["sequence"] == 3


def test_an_upload_that_always_loses_is_given_back_to_the_queue_and_comes_in_later() -> None:
    world = World(catalog=Raced(ATTEMPTS))
    with pytest.raises(Conflict, match="came first"):
        world.send()
    assert events_of(world) == []
    assert world.deliver().sequence == ATTEMPTS + 1


class Twin(MemoryCatalog):
    """A catalog where another worker records the very same upload just before us."""

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        super().record_accepted(upload, part, before)
        return super().record_accepted(upload, part, before)


def test_two_workers_with_the_same_event_record_one_part() -> None:
    world = World(catalog=Twin())
    upload = world.send()
    assert (upload.sequence, len(world.catalog.parts("orders"))) == (1, 1)
    assert world.catalog.head("orders").rows == 2


def calls_of_an_intake(content: bytes) -> int:
    """How many calls of ports one intake makes when nothing goes wrong."""
    fuse = Fuse(at=10_000)
    world = World()
    world.uploads.put(KEY, content)
    world.behind(fuse).deliver(size=len(content))
    return fuse.calls


CALLS = calls_of_an_intake(MIXED)


def test_an_intake_makes_calls_that_can_fail() -> None:
    assert CALLS >= 8


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_a_crash_at_any_call_and_a_redelivery_end_in_exactly_one_part(number: int, after: bool) -> None:
    world, fuse = World(), Fuse(number, after)
    world.uploads.put(KEY, MIXED)
    with pytest.raises(Crash):
        world.behind(fuse).deliver()
    world.deliver()
    (upload,) = world.catalog.latest_uploads("orders").items
    (part,) = world.catalog.parts("orders")
    assert (upload.status, upload.rows, upload.accepted, upload.quarantined) == ("accepted", 4, 2, 2)
    assert (part.upload_id, part.rows, part.sequence) == (upload.id, 2, 1)
    assert world.catalog.head("orders").rows == len(from_parquet(world.lake.get(part.key))) == 2
    assert part.digests is not None
    assert upload.part is not None
    assert world.lake.keys("") == sorted([upload.part, part.digests.key, str(upload.quarantine)])
    assert world.catalog.arrival("orders", f"{KEY}@") == upload.id
    assert set(events_of(world)) == {"Upload Accepted"}


NOT_UTF8 = (HEADER + "1,2013-01-01T10:00:00Z,caf\xe9,10,true\n").encode("latin-1")
SHORT = b"order_id,at,shop,amount\n1,2013-01-01T10:00:00Z,north,10\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (SHORT, "column 'late' is missing; found order_id, at, shop, amount"),
        (NOT_UTF8, "is not UTF-8 at byte"),
        (b"", "is empty"),
        (HEADER.encode(), "has a header and no rows"),
        (b"PK\x03\x04rest", "is a zip archive"),
    ],
    ids=["missing column", "not UTF-8", "empty", "no rows", "zip"],
)
def test_a_file_that_cannot_be_read_is_rejected_with_reason_and_remedy_and_stays(content: bytes, reason: str) -> None:
    world = World()
    upload = world.send(content)
    assert upload.status == "rejected"
    assert upload.reason is not None
    assert "january.csv" in upload.reason
    assert reason in upload.reason
    assert upload.remedy
    assert world.catalog.latest_uploads("orders").items == (upload,)
    assert world.catalog.parts("orders") == []
    assert world.lake.keys("") == []
    assert world.uploads.get(KEY) == content
    assert events_of(world) == ["Upload Rejected"]


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
@pytest.mark.parametrize("number", range(1, calls_of_an_intake(SHORT) + 1))
def test_a_crash_while_rejecting_and_a_redelivery_end_in_one_rejection(number: int, after: bool) -> None:
    world = World()
    world.uploads.put(KEY, SHORT)
    with pytest.raises(Crash):
        world.behind(Fuse(number, after)).deliver(size=len(SHORT))
    world.deliver(size=len(SHORT))
    (upload,) = world.catalog.latest_uploads("orders").items
    assert upload.status == "rejected"
    assert world.catalog.parts("orders") == []
    assert "Upload Rejected" in events_of(world)


def test_values_of_the_wrong_type_go_to_quarantine() -> None:
    upload = World().send((HEADER + GOOD + "three,2013-01-01T10:00:00Z,north,10,true\n").encode())
    assert (upload.status, upload.accepted, upload.quarantined) == ("accepted", 2, 1)
    assert upload.rules == {"orders.order_id.type": 1}


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("raw/cakes/a.csv", "No model reads a dataset 'cakes'; known: orders."),
        ("raw/ORDERS/a.csv", "dataset 'ORDERS' is not a name."),
        ("raw/orders/a b.csv", "'a b.csv' is not a file name."),
        ("raw/orders/..csv..", "is not a file name."),
        ("raw/orders/deep/a.csv", "is not an upload's key."),
        ("raw/a.csv", "is not an upload's key."),
    ],
)
def test_an_object_nobody_can_attribute_is_remembered_as_unknown(key: str, reason: str) -> None:
    world = World()
    upload = world.send(key=key)
    assert (upload.status, upload.dataset, upload.key) == ("rejected", "unknown", key)
    assert reason in (upload.reason or "")
    assert upload.remedy
    assert world.catalog.latest_uploads("unknown").items == (upload,)
    assert world.uploads.get(key) == MIXED
    assert events_of(world) == ["Upload Rejected"]


def test_an_object_nobody_can_attribute_is_remembered_once() -> None:
    world = World()
    world.send(key="raw/cakes/a.csv")
    world.send(key="raw/cakes/a.csv")
    assert len(world.catalog.latest_uploads("unknown").items) == 1


def test_rejected_content_is_accepted_once_the_contract_has_changed() -> None:
    world = World()
    rejected = world.send(SHORT)
    columns = tuple(column for column in a_contract().columns if column.name != "late")
    world.contracts["orders"] = a_contract(version="2.0.0", columns=columns)
    accepted = world.send(SHORT)
    assert (rejected.status, accepted.status) == ("rejected", "accepted")
    assert accepted.id == rejected.id
    assert world.catalog.latest_uploads("orders").items == (accepted,)
    assert world.catalog.head("orders").rows == 1


def test_rejected_content_is_not_looked_at_again_under_the_same_contract() -> None:
    world = World()
    first = world.send(SHORT)
    world.clock.moment = NOON.replace(year=2014)
    assert world.send(SHORT) == first
    assert events_of(world) == ["Upload Rejected", "Upload Rejected"]


def test_accepted_content_stays_as_it_was_when_the_contract_changes() -> None:
    world = World()
    first = world.send()
    world.contracts["orders"] = a_contract(columns=(*a_contract().columns, Column("new", "string")))
    assert world.send() == first
    assert len(world.catalog.parts("orders")) == 1


def test_a_file_that_is_too_large_is_refused_with_numbers_and_never_read() -> None:
    world = World()
    upload = world.deliver(size=CAPS.stored + 1)
    assert upload.status == "rejected"
    assert "2,684,354,561 bytes; one upload may have 2,684,354,560" in (upload.reason or "")
    assert "./scripts/serin upload orders january.csv --split" in (upload.remedy or "")
    assert events_of(world) == ["Upload Rejected"]


def test_a_file_of_the_largest_size_is_read() -> None:
    world = World()
    world.uploads.put(KEY, MIXED)
    assert world.deliver(size=CAPS.stored).status == "accepted"


def test_an_event_the_bus_did_not_take_goes_out_with_the_redelivery() -> None:
    world = World(events=MemoryEvents(failures=1))
    with pytest.raises(Unavailable):
        world.send()
    world.deliver()
    assert events_of(world) == ["Upload Accepted"]
    assert len(world.catalog.parts("orders")) == 1


class AcceptedMeanwhile(MemoryCatalog):
    """A catalog where another worker, of a newer deploy, accepts the content while we reject it."""

    def __init__(self, accepted: Upload) -> None:
        super().__init__()
        self._accepted = accepted

    def record_rejected(self, upload: Upload) -> bool:
        part = Part("orders", 1, upload.id, "datasets/orders/x.parquet", 1, upload.id)
        super().record_accepted(replace(self._accepted, id=upload.id), part, self.head("orders"))
        return super().record_rejected(upload)


def test_a_rejection_never_replaces_an_acceptance() -> None:
    accepted = Upload("x", "orders", "a.csv", KEY, "c2", "accepted", NOON, rows=1, accepted=1, sequence=1)
    catalog: Catalog = AcceptedMeanwhile(accepted)
    world = World(catalog=catalog)
    assert world.send(SHORT).status == "accepted"
    assert events_of(world) == ["Upload Accepted"]


def with_rules(*rules: Rule, whole: tuple[DatasetRule, ...] = ()) -> World:
    contract = a_contract()
    rules = (*contract.rules, *rules)
    return World(contracts={"orders": replace(contract, rules=rules, dataset_rules=whole)})


MANY = DatasetRule("orders.rows", "row_count", "completeness", Limit(">=", 5))


def test_a_file_that_breaks_a_promise_about_all_of_it_is_rejected_with_what_was_found() -> None:
    world = with_rules(whole=(MANY,))
    upload = world.send()
    assert upload.status == "rejected"
    assert upload.reason == "january.csv: has 4 rows; at least 5 are promised (orders.rows)."
    assert upload.promises == {"orders.rows": "has 4 rows; at least 5 are promised"}
    assert upload.scorecard["completeness"].value < 100
    assert world.lake.keys("") == []
    assert world.catalog.latest_uploads("orders").items == (upload,)


def test_a_promise_that_is_a_warning_is_told_and_the_file_is_taken_in() -> None:
    upload = with_rules(whole=(replace(MANY, severity="warning"),)).send()
    assert (upload.status, upload.accepted) == ("accepted", 2)
    assert upload.promises == {"orders.rows": "has 4 rows; at least 5 are promised"}


def test_an_upload_has_a_score_for_each_dimension_that_has_rules() -> None:
    upload = World().send()
    assert set(upload.scorecard) == {"accuracy", "completeness", "consistency"}
    assert upload.scorecard["consistency"].value == 75.0
    assert upload.scorecard["consistency"].worst == ("orders.order_id.unique",)


def test_an_upload_recorded_before_there_were_scorecards_is_read() -> None:
    record = as_record(World().send())
    del record["scorecard"], record["promises"]
    assert from_record(Upload, record).scorecard == {}


KNOWN = Rule(*("orders.shop.known", "foreign_key", ("shop",), "consistency"), references=Reference("shops", ("name",)))


def test_a_key_is_looked_for_in_what_the_other_dataset_has_accepted_by_now() -> None:
    world = with_rules(KNOWN)
    assert world.send().warnings["orders.shop.known.not_judged"] == 4
    world.contracts["shops"] = Contract("shops", "1.0.0", (Column("name", "string"),), (), ("name",))
    world.send(b"name\nnorth\n", "raw/shops/shops.csv")
    later = world.send((HEADER + GOOD).replace("20,", "21,").encode(), "raw/orders/later.csv")
    assert (later.accepted, later.rules) == (1, {"orders.shop.known": 1})


WEEKLY = DatasetRule("orders.frequency", "frequency", "timeliness", Limit("<=", 7 * 86_400), "warning", unit="seconds")


def test_how_often_files_come_is_measured_from_the_last_that_was_accepted() -> None:
    world = with_rules(whole=(WEEKLY,))
    assert world.send().promises == {}
    world.clock.advance(timedelta(days=6))
    assert world.send(b"nothing\n1\n", "raw/orders/rejected.csv").status == "rejected"
    world.clock.advance(timedelta(days=2))
    late = world.send((HEADER + GOOD).encode(), "raw/orders/late.csv")
    assert (late.status, set(late.promises)) == ("accepted", {"orders.frequency"})
    assert late.promises["orders.frequency"].startswith("came 8.0 days after the last file")


def exported(world: World, upload: Upload, **amounts: str) -> bytes:
    """The rows an upload set aside, as a person exports them, with the amounts they give them."""
    rows = from_parquet(world.lake.get(upload.quarantine or "")).with_columns(pl.lit(upload.id).alias("__upload"))
    text = to_csv([rows], {"amount": "number"}).decode()
    for row, amount in amounts.items():
        text = re.sub(
            rf"(^\w+,{row.removeprefix('row')},.*),[0-9]+,(true|false)$", rf"\1,{amount},\2", text, flags=re.M
        )
    return text.encode()


def test_a_corrected_row_is_counted_and_names_the_row_it_was() -> None:
    world = World()
    first = world.send()
    second = world.send(exported(world, first, row4="50"), "raw/orders/corrected.csv")
    assert (second.rows, second.accepted, second.quarantined, second.corrected) == (2, 2, 0, 2)
    assert from_parquet(world.lake.get(second.corrects or "")).rows() == [(first.id, 3), (first.id, 4)]
    assert world.catalog.head("orders").rows == 4


def test_a_row_that_is_still_wrong_is_set_aside_again_and_is_then_corrected_there() -> None:
    world = World()
    first = world.send()
    second = world.send(exported(world, first, row4="6000"), "raw/orders/half.csv")
    assert (second.accepted, second.quarantined, second.corrected, second.still_bad) == (1, 1, 1, 1)
    late = world.send(exported(world, first, row4="70"), "raw/orders/late.csv")
    assert late.status == "rejected"
    third = world.send(exported(world, second, row2="60"), "raw/orders/rest.csv")
    assert (third.accepted, third.corrected) == (1, 1)
    assert world.catalog.head("orders").rows == 4


def test_a_correction_that_is_still_bad_is_neither_corrected_nor_called_accepted() -> None:
    world = World()
    first = world.send()
    text = exported(world, first, row4="6000").decode().splitlines()
    second = world.send("\n".join([text[0], text[2]]).encode(), "raw/orders/one.csv")
    assert (second.accepted, second.quarantined, second.corrected, second.still_bad) == (0, 1, 0, 1)
    assert second.state == "set aside"
    told = upload_entry(second)
    assert told.what == "upload set aside"
    assert told.said.endswith("0 accepted, 1 set aside, 1 corrected and still bad")


def test_a_row_is_corrected_once_so_that_it_is_never_doubled() -> None:
    world = World()
    first = world.send()
    world.send(exported(world, first, row4="50"), "raw/orders/corrected.csv")
    again = world.send(exported(world, first, row4="60"), "raw/orders/again.csv")
    assert again.status == "rejected"
    assert f"row 3 of the upload {first.id} came back before" in (again.reason or "")
    assert "without the columns __upload and __row" in (again.remedy or "")
    assert world.catalog.head("orders").rows == 4


def test_a_row_that_was_never_set_aside_or_is_there_twice_cannot_be_corrected() -> None:
    world = World()
    first = world.send()
    lines = exported(world, first, row4="50").decode().splitlines()
    twice = "\n".join([*lines, lines[-1].replace(",4,2013", ",5,2013")]) + "\n"
    never = "\n".join([lines[0], lines[1].replace(f"{first.id},3", f"{first.id},1")]) + "\n"
    unknown = "\n".join([lines[0], lines[1].replace(first.id, "f" * 32)]) + "\n"
    for number, text in enumerate((twice, never, unknown)):
        found = world.send(text.encode(), f"raw/orders/{number}.csv")
        assert (found.status, "never set aside" in (found.reason or "")) == ("rejected", True), text


def test_who_is_overtaken_by_a_correction_of_the_same_row_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    first = world.send()
    one, other = (exported(world, first, row4=amount) for amount in ("50", "60"))
    look, sent = accept_upload_module.correctable, list[Upload]()

    def overtaken(*arguments: Any, **ports: Any) -> Any:
        found = look(*arguments, **ports)
        monkeypatch.setattr(accept_upload_module, "correctable", look)
        sent.append(world.send(other, "raw/orders/other.csv"))
        return found

    monkeypatch.setattr(accept_upload_module, "correctable", overtaken)
    with pytest.raises(Conflict, match="came first"):
        world.send(one, "raw/orders/one.csv")
    assert world.deliver("raw/orders/one.csv", len(one)).status == "rejected"
    assert sent[0].corrected == 2
    assert world.catalog.head("orders").rows == 4
