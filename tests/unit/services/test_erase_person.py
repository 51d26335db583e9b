"""An erasure, a step at a time: afterwards nothing that was kept, of whatever version, has the person."""

from __future__ import annotations

import gzip
import io
import json
import random
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
import polars as pl
import pytest

from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryErasures, MemoryOnlineFeatures, MemoryWorkflows
from serin.data.features.columns import to_npz
from serin.data.files.parquet import from_parquet, to_parquet
from serin.data.files.table import CAPS, ROW
from serin.domain.charter import Charter, DatasetUse, Features, Input, Moment, Truth, View
from serin.domain.compliance import Compliance
from serin.domain.contracts import Column
from serin.domain.datasets import Upload
from serin.domain.erasures import Erasure, known_with
from serin.domain.errors import Conflict, Invalid, NotFound
from serin.domain.features import EntityKey, OnlineValues
from serin.domain.people import People
from serin.services.accept_upload import Arrival, accept_upload
from serin.services.begin_erasure import ErasureWanted, begin_erasure, spelt_otherwise
from serin.services.compact_dataset import compact_dataset
from serin.services.erase_person import Cursor, PersonEraser
from serin.services.start_work import start_rerun
from serin.services.steps.dataset_rows import copies_up_to, rows_up_to
from serin.services.steps.pseudonyms import known_pseudonyms
from tests.builders import NOON, a_charter, a_contract, a_run, a_training_set, a_verdict, a_version, an_asking
from tests.definitions import item_key
from tests.unit.services.ports_that_crash import Crash, Fuse
from tests.unit.services.test_personal_uploads import Personal

T = TypeVar("T")
MODEL = "late-orders"
CONTRACT = a_contract(
    columns=(
        Column("customer", "string", required=True),
        Column("at", "timestamp", required=True),
        Column("mail", "string"),
        Column("amount", "integer"),
        Column("late", "boolean"),
    ),
    rules=(),
    primary_key=(),
).protecting({"customer": "hash", "mail": "drop"})
HEADER = "customer,at,mail,amount,late\n"
ANN, BO = "Ann Ox", "Bo Elk"


def line(who: str, minute: int, amount: object = 5) -> str:
    return f"{who},2013-01-01T10:{minute:02}:00Z,{who.split(maxsplit=1)[0].lower()}@example.org,{amount},true\n"


def charter() -> Charter:
    types = {column.name: column.type for column in CONTRACT.columns}
    return a_charter(
        datasets=(DatasetUse("orders", "contracts/orders.yaml", types=types),),
        inputs=(Input("customer", "string"), Input("at", "timestamp"), Input("amount", "integer")),
        features=Features(
            Moment("at"),
            {"customer": ("customer",)},
            (View("spent", "customer", "orders", ("amount",), "at", "at", timedelta(days=9)),),
            model_uses=("customer", "amount", "spent"),
        ),
        truth=Truth("orders", "customer", "late"),
        compliance=Compliance(personal_data={"customer": "hash", "mail": "drop"}),
    )


class World(Personal):
    """Uploads of two people, and all that was made of them."""

    def __init__(self) -> None:
        super().__init__(CONTRACT)
        self.uploads = MemoryObjectStore(self.clock)
        self.online, self.erasures = MemoryOnlineFeatures(), MemoryErasures()
        self.charter = charter()

    def filled(self) -> World:
        both = HEADER + line(ANN, 1) + line(BO, 2) + line(ANN, 3, "much")
        self.upload(both, name="a.csv")
        # The same rows once more are copies, whose marks lie beside them.
        self.upload(both, name="a-again.csv".replace("again", "2"))
        self.upload(HEADER + line(BO, 2) + line(ANN, 1), name="b.csv")
        self.send(
            gzip.compress((HEADER + line(ANN, 8) + "broken," + ANN + "\n" + line(BO, 9)).encode()), "raw/orders/c.csv"
        )
        self.send(b"what,\n" + ANN.encode(), "raw/orders/unread.csv")
        compact_dataset("orders", 2, lake=self.lake, catalog=self.catalog, fan_in=2)
        self._learn()
        row = {"customer": self.name(ANN), "amount": 1}
        logged = "".join(
            json.dumps({"prediction_id": who, "inputs": {**row, "customer": self.name(who)}}) + "\n"
            for who in (ANN.lower(), BO)
        )
        logged = logged.replace(ANN.lower(), "p1") + json.dumps({"prediction_id": "p2", "inputs": row}) + "\n"
        self.lake.put(f"predictions/{MODEL}/2013-04-01/x.jsonl.gz", gzip.compress(logged.encode()))
        seen = json.dumps({"columns": [{"top": [{"value": self.name(ANN), "rows": 3}]}]}).encode()
        self.lake.put(f"reports/profiles/{MODEL}/orders/seen.json", seen)
        self.lake.put(f"reports/{MODEL}/watch.json", json.dumps({"categories": {self.name(ANN): 3}}).encode())
        piece = pl.DataFrame({"customer": [self.name(BO), self.name(ANN)], ROW: [1, 2]})
        self.lake.put(f"batch/{MODEL}/rows/p.parquet", to_parquet(piece))
        self.uploads.put(
            f"batch/{MODEL}/asked.csv", (HEADER.replace(",late", "") + line(ANN, 1).replace(",true", "")).encode()
        )
        self.online.write([OnlineValues(self.key(who), {"amount": 5}, NOON) for who in (ANN, BO)])
        return self

    def _learn(self) -> None:
        rows = pl.DataFrame(
            {
                "__moment": [NOON, NOON, NOON],
                "__label": [True, False, True],
                "__judges": [True, True, True],
                "__group": [0, 1, 2],
                "__entity": [0, 1, 2],
                "__key_customer": [self.name(ANN), self.name(BO), self.name(BO)],
                "customer": [self.name(ANN), self.name(BO), None],
                "amount": [1, 2, 3],
                "spent.amount": [1, 2, None],
            }
        )
        folder = f"training-sets/{MODEL}/set1"
        self.lake.put(f"{folder}/rows.parquet", to_parquet(rows))
        self.lake.put(f"{folder}/columns.npz", to_npz(rows, self.charter))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("features.py", "code")
        self.lake.put(f"{folder}/source.zip", packed.getvalue())
        self.catalog.save_training_set(a_training_set(columns_digest="before"))
        self.catalog.begin_run(a_run(id="r1", training_set="set1"))
        self.catalog.register(a_version(1, model=MODEL, training_set="set1", run="r1"))

    def name(self, who: str) -> str:
        return known_pseudonyms("customer", [who], salts=self.salts)[who]

    def key(self, who: str) -> EntityKey:
        return item_key("spent", self.name(who), charter=self.charter)

    def begin(
        self, who: str = ANN, column: str = "customer", target: str = "orders", confirmed: bool = True
    ) -> Erasure:
        return begin_erasure(
            ErasureWanted(target, column, who, confirmed),
            *({MODEL: self.charter}, "dora"),
            salts=self.salts,
            catalog=self.catalog,
            erasures=self.erasures,
            clock=self.clock,
            logged=30,
        )

    def eraser(self, erasure: Erasure, fuse: Fuse | None = None) -> PersonEraser:
        ports: dict[str, Any] = {"uploads": self.uploads, "lake": self.lake, "catalog": self.catalog}
        ports |= {"salts": self.salts, "online": self.online, "events": self.events}
        ports = {name: fuse.guard(port) if fuse else port for name, port in ports.items()} | {"clock": self.clock}
        known = self.catalog.erasure(erasure.id)
        return PersonEraser(known, {MODEL: self.charter}, self.contracts, **ports, logged=30)

    def erase(self, who: str = ANN) -> Erasure:
        """As the workflow does it, a file at a time."""
        erasure = self.begin(who)
        self.clock.advance(timedelta(minutes=16))
        return self.go_on(erasure)

    def go_on(self, erasure: Erasure, fuse: Fuse | None = None) -> Erasure:
        """All steps after the wait; one that dies is begun again, as often as the fuse has it."""

        def step(take: Callable[[PersonEraser], T]) -> T:
            while True:
                try:
                    return take(self.eraser(erasure, fuse))
                except Crash:
                    continue

        step(lambda eraser: eraser.forget())
        for last in (False, True):
            if last:
                step(lambda eraser: eraser.close())
            cursor: Cursor | None = Cursor()
            while cursor is not None:
                cursor = step(lambda eraser, at=cursor: eraser.sweep(at, lambda: False))
        return step(lambda eraser: eraser.end("c1"))

    def held(self, *words: str) -> list[str]:
        """Where any version of any object, or any record, has one of these words."""
        places = []
        for store in (self.uploads, self.lake):
            for versions in store.versions(""):
                content = b"".join(_plain(store.get(one.key, one.id)) for one in versions)
                places += [versions[0].key for word in words if word.encode() in content]
        records = [vars(self.catalog), self.online._items, self.events.published, self.salts.salts]
        return places + [f"records of {word}" for word in words if word in repr(records)]


def _plain(content: bytes) -> bytes:
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    if content.startswith(b"PAR1"):
        return pl.read_parquet(content).write_json().encode()
    if content.startswith(b"PK"):
        with np.load(io.BytesIO(content)) as archive:
            return repr({name: np.asarray(archive[name]).tolist() for name in archive}).encode()
    return content


@pytest.fixture
def world() -> World:
    return World().filled()


def test_afterwards_nothing_that_was_kept_has_the_person(world: World) -> None:
    theirs = world.name(ANN)
    before = world.held(theirs, ANN)
    assert len(before) > 12, f"too little to look at: {before}"
    erasure = world.erase()
    assert world.held(theirs, ANN, "ann@example.org") == []
    assert (erasure.status, erasure.pseudonym) == ("ended", None)
    assert world.catalog.erasures() == [erasure]
    assert erasure.digest in repr(erasure)
    assert world.held(world.name(BO)) != []


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
def test_wherever_it_dies_it_goes_on_and_ends_as_if_it_had_not(after: bool) -> None:
    seed = random.randrange(2**32)
    calls = Fuse(0)
    whole = World().filled()
    whole.go_on(whole.begin(), calls)
    for at in sorted(random.Random(seed).sample(range(1, calls.calls + 1), 25)):
        world = World().filled()
        theirs, erasure, fuse = world.name(ANN), world.begin(), Fuse(at, after)
        ended = world.go_on(erasure, fuse)
        assert fuse.burnt
        assert (ended.status, world.held(theirs, ANN)) == ("ended", []), f"seed {seed}: died at call {at}"
        head = world.catalog.head("orders")
        assert (head.rows, head.sequence) == (whole.catalog.head("orders").rows, 3)
        rows_up_to(head, CONTRACT, lake=world.lake, catalog=world.catalog)
        for upload in world.catalog.latest_uploads("orders").items:
            assert upload.rows == upload.accepted + upload.quarantined + upload.repeated + upload.erased


def test_who_reads_while_it_goes_on_finds_as_many_rows_as_records_say(world: World) -> None:
    erasure = world.begin()
    cursor: Cursor | None = Cursor()
    while cursor is not None:
        cursor = world.eraser(erasure).sweep(cursor, lambda: False)
        head = world.catalog.head("orders")
        rows = rows_up_to(head, CONTRACT, lake=world.lake, catalog=world.catalog)
        assert copies_up_to(head, lake=world.lake, catalog=world.catalog).len() == rows.height


def test_counts_still_add_up_and_the_rows_of_others_stay_in_their_order(world: World) -> None:
    def rows() -> pl.DataFrame:
        return rows_up_to(world.catalog.head("orders"), CONTRACT, lake=world.lake, catalog=world.catalog)

    others = rows().filter(pl.col("customer") != world.name(ANN))
    marks = copies_up_to(world.catalog.head("orders"), lake=world.lake, catalog=world.catalog)
    marks = marks.filter(rows()["customer"] != world.name(ANN))
    world.erase()
    head = world.catalog.head("orders")
    assert rows().equals(others)
    assert head.rows == others.height == sum(part.rows for part in world.catalog.parts("orders"))
    assert copies_up_to(head, lake=world.lake, catalog=world.catalog).to_list() == marks.to_list()
    uploads = [upload for upload in world.catalog.latest_uploads("orders").items if upload.status == "accepted"]
    assert sum(upload.erased for upload in uploads) > 2
    for upload in uploads:
        assert upload.rows == upload.accepted + upload.quarantined + upload.repeated + upload.erased
    # What comes next follows the head there is.
    assert world.upload(HEADER + line(BO, 30), name="next.csv").sequence == head.sequence + 1


def test_a_training_set_loses_its_rows_and_cannot_be_repeated_and_its_versions_are_named(world: World) -> None:
    erasure = world.erase()
    kept = world.catalog.training_set(MODEL, "set1")
    assert kept.erasures == (erasure.id,)
    assert erasure.versions == (f"{MODEL}/1",)
    left = from_parquet(world.lake.get(kept.parquet))
    with np.load(io.BytesIO(world.lake.get(kept.columns))) as archive:
        assert archive["__key_customer"].tolist() == [0, 0]
        assert archive["customer"].tolist() == [0, -1]
        assert archive["amount"].tolist() == left["amount"].to_list() == [2, 3]
    world.catalog.begin_run(a_run(id="r2", training_set="set1", verdict=a_verdict()))
    with pytest.raises(Conflict, match="somebody was erased"):
        start_rerun(MODEL, "r2", an_asking("c1"), People(), catalog=world.catalog, workflows=MemoryWorkflows())


def test_files_as_they_were_sent_keep_the_rows_of_others_and_bring_nothing_back(world: World) -> None:
    uploads = len(world.catalog.latest_uploads("orders").items)
    world.erase()
    sent = {key: _plain(world.uploads.get(key)).decode() for key in world.uploads.keys("")}
    assert set(sent) == {f"raw/orders/{name}.csv" for name in ("a", "a-2", "b", "c")}
    assert "Bo Elk" in sent["raw/orders/a.csv"]
    head = world.catalog.head("orders")
    # S3 tells of each as of a new object.
    for key in sent:
        world.deliver(key, len(world.uploads.get(key)))
    assert world.catalog.head("orders") == head
    assert len(world.catalog.latest_uploads("orders").items) == uploads


def test_a_file_that_came_before_and_is_read_late_comes_in_without_the_person(world: World) -> None:
    world.uploads.put("raw/orders/late.csv", (HEADER + line(ANN, 40) + line(BO, 41)).encode())
    arrived = world.clock.now()
    erasure = world.begin()
    world.clock.advance(timedelta(minutes=20))
    upload = deliver(world, "raw/orders/late.csv", arrived)
    assert (upload.accepted, upload.erased, upload.rows) == (1, 1, 2)
    world.eraser(erasure).forget()
    late = world.uploads.put_version("raw/orders/later.csv", (HEADER + line(ANN, 42)).encode())
    world.uploads.put_version("raw/orders/later.csv", (HEADER + line(BO, 43)).encode())
    world.uploads.delete_version(next(iter(world.uploads.versions("raw/orders/later.csv")))[-1])
    gone = deliver(world, "raw/orders/later.csv", arrived, late)
    assert (gone.status, "erased before it was looked at" in (gone.reason or "")) == ("rejected", True)


def test_files_that_come_until_the_last_sweep_begins_lose_the_person_and_a_later_one_has_somebody_new(
    world: World,
) -> None:
    before = world.name(ANN)
    erasure = world.begin()
    eraser = world.eraser(erasure)
    eraser.forget()
    for wait, erased in ((timedelta(hours=5), 1), (timedelta(hours=2), 0)):
        world.clock.advance(wait)
        key = f"raw/orders/{erased}.csv"
        world.uploads.put(key, (HEADER + line(ANN, 40 + erased) + line(BO, 40 + erased)).encode())
        upload = deliver(world, key, world.clock.now())
        assert (upload.rows, upload.accepted, upload.erased) == (2, 2 - erased, erased)
        if erased:
            world.clock.advance(timedelta(hours=1))
            world.eraser(erasure).close()
    world.eraser(erasure).sweep(Cursor(), lambda: True)
    world.eraser(erasure).end("c1")
    assert ANN.encode() not in world.uploads.get("raw/orders/1.csv")
    assert ANN.encode() in world.uploads.get("raw/orders/0.csv"), "it came too late, as its row in the lake did"
    assert world.name(ANN) not in (before, "pd-unknown")


def test_a_file_that_has_nobody_else_is_taken_in_without_a_row_and_says_so(world: World) -> None:
    world.begin()
    world.uploads.put("raw/orders/alone.csv", (HEADER + line(ANN, 40)).encode())
    upload = deliver(world, "raw/orders/alone.csv", world.clock.now())
    assert (upload.status, upload.rows, upload.accepted, upload.erased) == ("accepted", 1, 0, 1)


def test_of_one_who_is_erased_it_is_said_when_and_of_a_stranger_that_nobody_had_them(world: World) -> None:
    ended = world.erase()
    with pytest.raises(NotFound, match=f"was erased on 2013-04-01 as {ended.id}; no file has had it since"):
        world.begin()
    with pytest.raises(NotFound, match="no file has had them"):
        world.begin("Ann OX")


def test_the_audit_says_who_began_and_that_it_ended_and_names_a_digest(world: World) -> None:
    ended = world.erase()
    entries = [one for one in world.catalog.latest_entries("data", "orders").items if "erasure" in one.what]
    assert sorted(one.what for one in entries) == ["erasure began", "erasure ended"]
    assert {(one.by, one.digest, one.about) for one in entries} == {("dora", ended.digest, f"erasure {ended.id}")}


def deliver(world: World, key: str, arrived: Any, version: str | None = None) -> Upload:
    ports: dict[str, Any] = {"uploads": world.uploads, "lake": world.lake, "catalog": world.catalog}
    ports |= {"events": world.events, "clock": world.clock, "salts": lambda: world.salts}
    return accept_upload(Arrival(key, version, 1, arrived), world.contracts, **ports)


def test_who_comes_again_is_somebody_new(world: World) -> None:
    before = world.name(ANN)
    world.erase()
    assert world.name(ANN) == "pd-unknown"
    world.clock.advance(timedelta(hours=1))
    world.uploads.put("raw/orders/new.csv", (HEADER + line(ANN, 50)).encode())
    assert deliver(world, "raw/orders/new.csv", world.clock.now()).accepted == 1
    assert world.name(ANN) not in (before, "pd-unknown")


def test_the_online_items_go_and_features_are_built_again_of_what_is_left(world: World) -> None:
    gone, stays = world.key(ANN), world.key(BO)
    assert world.online.read([gone, stays]).keys() == {gone, stays}
    world.erase()
    assert world.online.read([gone, stays]).keys() == {stays}
    assert ("Backfill Wanted", {"model": MODEL}) in [(one.name, one.detail) for one in world.events.published]


def test_a_plan_changes_nothing_and_says_what_ends_by_itself(world: World) -> None:
    plan = world.begin(confirmed=False)
    assert (plan.datasets, plan.models, plan.versions) == (("orders",), (MODEL,), (f"{MODEL}/1",))
    assert [ending.at - NOON for ending in plan.endings] == [timedelta(days=30), timedelta(days=35)]
    assert world.catalog.erasures() == []
    assert not world.erasures.begun


def test_an_erasure_that_is_under_way_is_not_begun_twice(world: World) -> None:
    first, second = world.begin(), world.begin(target=MODEL)
    assert first.id == second.id
    assert second.pseudonym is None, "it is told to nobody"
    assert len(world.erasures.begun) == 1


COMMA, ACCENT = 'Ox, "Ann"', "Zoë Ox"


@pytest.mark.parametrize(
    ("who", "name", "content"),
    [
        (COMMA, "ragged.csv", f'{HEADER}"Ox, ""Ann""",2013-01-01T10:07:00Z,,1,true,9\n{line(BO, 4)}'.encode()),
        (COMMA, "other.csv", b'what,who\n1,"Ox, ""Ann"""\n'),
        (ACCENT, "lines.json", json.dumps({"id": 1, "customer": ACCENT}).encode()),
        ("7", "numbers.json", b'{"customer": 7, "at": 1}'),
        (ACCENT, "utf-16.csv", (HEADER + line(ACCENT, 4)).encode("utf-16")),
        (ACCENT, "latin.csv", (HEADER + line(ACCENT, 4)).encode("latin-1")),
        (ANN, "long.csv", b"x" * 500_000 + f"\n{HEADER}{line(ANN, 4)}".encode()),
    ],
)
def test_a_file_that_says_them_in_whatever_way_does_not_stay(who: str, name: str, content: bytes) -> None:
    world = World()
    world.upload(f'{HEADER}"{who.replace(chr(34), chr(34) * 2)}",2013-01-01T10:01:00Z,,1,true\n{line(BO, 2)}')
    world.send(content, f"raw/orders/{name}")
    key = f"raw/orders/{name}"
    assert content in [world.uploads.get(one.key, one.id) for one in next(iter(world.uploads.versions(key)))]
    ended = world.erase(who)
    kept = [world.uploads.get(one.key, one.id) for versions in world.uploads.versions(key) for one in versions]
    assert content not in kept
    assert b"Bo Elk" in b"".join(kept) or name != "ragged.csv"
    assert ended.unread == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.csv.gz", gzip.compress((HEADER + line(BO, 3)).encode())[:-9]),
        ("archive.csv", b"PK\x03\x04 whatever it holds"),
        ("broken.parquet", b"PAR1 nothing of it can be read PAR1"),
    ],
)
def test_a_file_of_which_nobody_can_say_whose_it_is_stays_and_is_named(name: str, content: bytes) -> None:
    world = World()
    world.upload(HEADER + line(ANN, 1) + line(BO, 2))
    world.send(content, f"raw/orders/{name}")
    ended = world.erase()
    assert ended.unread == (f"raw/orders/{name}",)
    assert world.uploads.get(f"raw/orders/{name}") == content
    (entry,) = [one for one in world.catalog.latest_entries("data", "orders").items if one.what == "erasure ended"]
    assert "1 of files nobody can read, which stay" in entry.said


def test_a_file_that_is_too_large_to_be_taken_in_is_named_and_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.upload(HEADER + line(ANN, 1) + line(BO, 2))
    monkeypatch.setattr("serin.services.steps.sent_files.CAPS", replace(CAPS, stored=10))
    ended = world.erase()
    assert ended.unread == ("raw/orders/a.csv",)


def test_a_parquet_file_that_repeats_its_header_loses_the_person_and_nobody_else() -> None:
    world, buffer = World(), io.BytesIO()
    names = HEADER.strip().split(",")
    rows = [dict(zip(names, text.split(","), strict=True)) for text in (HEADER, line(ANN, 1), line(BO, 2))]
    pl.DataFrame(rows).with_columns(pl.all().str.strip_chars()).write_parquet(buffer)
    world.send(buffer.getvalue(), "raw/orders/a.parquet")
    world.erase()
    left = pl.read_parquet(world.uploads.get("raw/orders/a.parquet"))
    assert left["customer"].to_list() == ["customer", BO]


def test_a_file_to_be_scored_goes_by_the_name_that_files_have_for_the_column_and_by_a_broken_row() -> None:
    columns = tuple(replace(one, written="Kunde" if one.name == "customer" else None) for one in CONTRACT.columns)
    world = World()
    world.contracts["orders"] = replace(CONTRACT, columns=columns)
    world.upload(HEADER.replace("customer", "Kunde") + line(ANN, 1) + line(BO, 2))
    asked = {"named": f"Kunde,at,amount\n{ANN},2013-01-01T10:01:00Z,1\n", "other": f"Kunde,at,amount\n{BO},,1\n"}
    asked["broken"] = f"Kunde,at,amount\n{BO},2013-01-01T10:01:00Z,1\n{ANN},1\n"
    for name, text in asked.items():
        world.uploads.put(f"batch/{MODEL}/{name}.csv", text.encode())
    world.erase()
    assert world.uploads.keys(f"batch/{MODEL}/") == [f"batch/{MODEL}/other.csv"]


def test_of_one_column_of_a_key_it_is_told_by_which_others_people_are_known() -> None:
    def known(**entities: tuple[str, ...]) -> tuple[str, ...]:
        of = charter()
        return known_with("customer", [replace(of, features=replace(of.features, entities=entities))])

    assert known(customer=("customer",), visit=("customer", "at")) == ()
    assert known(account=("region", "customer"), day=("customer", "at")) == ("region", "at")
    assert known(region=("region",)) == ()


def test_spellings_of_a_value_are_other_people_and_are_told(world: World) -> None:
    decomposed = unicodedata.normalize("NFD", ACCENT)
    for who in (ACCENT, decomposed, "7", "7.0", "07"):
        world.upload(HEADER + line(who, 11))
    told = {who: spelt_otherwise("customer", who, salts=world.salts) for who in (ACCENT, "zoë ox ", "07", BO)}
    assert {*told[ACCENT]} == {decomposed}
    assert {*told["zoë ox "]} == {ACCENT, decomposed}
    assert {*told["07"]} == {"7", "7.0"}
    assert told[BO] == ()
    with pytest.raises(NotFound) as refused:
        world.begin("ZOË OX")
    assert repr(ACCENT) in refused.value.remedy


@pytest.mark.parametrize(
    ("who", "column", "target", "error"),
    [
        ("Nobody", "customer", "orders", NotFound),
        (ANN, "mail", "orders", Invalid),
        (ANN, "customer", "shops", Invalid),
    ],
)
def test_whom_nobody_knows_cannot_be_erased(world: World, who: str, column: str, target: str, error: Any) -> None:
    with pytest.raises(error):
        world.begin(who, column, target)
