from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.data.contract.evolution import as_contract
from serin.data.files.parquet import from_parquet, size_in_memory, to_parquet, value_ranges
from serin.domain.contracts import Column, Contract
from serin.domain.datasets import DatasetHead
from serin.domain.errors import Unavailable
from serin.domain.segments import Layout, Segment
from serin.services import compact_dataset as compaction
from serin.services.compact_dataset import FAN_IN, compact_dataset
from serin.services.steps.dataset_rows import copies_up_to, moments_accepted, rows_up_to
from serin.services.steps.listed_segments import segments_up_to
from serin.services.steps.segments import SEQUENCE
from tests.builders import NOON, a_part, an_upload_of

COLUMNS = (Column("id", "integer"), Column("shop", "string"), Column("more", "integer"))
CONTRACT = Contract("orders", "1", COLUMNS, (), ())


class Lake(MemoryObjectStore):
    """A bucket that is out of reach now and then, before a write or after it."""

    def __init__(self, dice: random.Random, faults: float) -> None:
        super().__init__()
        self._dice, self._faults = dice, faults

    def put(self, key: str, content: bytes) -> None:
        if "/segments/" in key and self._dice.random() < self._faults:
            raise Unavailable("S3 did not answer.", "Try again.")
        super().put(key, content)
        if "/segments/" in key and self._dice.random() < self._faults:
            raise Unavailable("S3's answer was lost.", "Try again.")


@dataclass
class History:
    """Uploads of a dataset, and what its rows, marks and moments are by them, part by part."""

    lake: MemoryObjectStore
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    heads: list[DatasetHead] = field(default_factory=lambda: [DatasetHead("orders")])
    tables: list[pl.DataFrame] = field(default_factory=list)
    marks: list[bool] = field(default_factory=list)
    moments: list[int] = field(default_factory=list)

    def add(self, table: pl.DataFrame, *, copies: bool = False) -> None:
        number = len(self.heads)
        key = f"datasets/orders/{number}.parquet" if table.height else ""
        upload = an_upload_of("orders", f"{number}".encode(), key, table.height, number)
        part = replace(a_part(upload, number), size=size_in_memory(table), ranges=value_ranges(table.lazy()))
        if table.height:
            self.lake.put(key, to_parquet(table))
            self.tables.append(as_contract(table, CONTRACT))
        if copies:
            part = replace(part, copies=f"{key}.copies")
            self.lake.put(f"{key}.copies", to_parquet(pl.DataFrame({"__copy": [True] * table.height})))
        upload = replace(upload, at=NOON + timedelta(hours=number))
        assert self.catalog.record_accepted(upload, part, self.heads[-1])
        self.heads.append(self.catalog.head("orders"))
        self.marks += [copies] * table.height
        self.moments += [number] * table.height

    def compact(self, fan_in: int = FAN_IN) -> bool:
        ports: dict[str, Any] = {"lake": self.lake, "catalog": self.catalog}
        return compact_dataset("orders", self.heads[-1].sequence, **ports, fan_in=fan_in)

    def reads_the_same_at(self, head: DatasetHead) -> None:
        found = rows_up_to(head, CONTRACT, lake=self.lake, catalog=self.catalog)
        rows = head.rows
        assert found.rows() == (pl.concat(self.tables).head(rows).rows() if self.tables else [])
        assert copies_up_to(head, lake=self.lake, catalog=self.catalog).to_list() == self.marks[:rows]
        moments = moments_accepted(head, lake=self.lake, catalog=self.catalog).to_list()
        assert moments == [NOON + timedelta(hours=number) for number in self.moments[:rows]]

    def segments(self) -> list[tuple[int, int]]:
        return [(found.first, found.last) for found in segments_up_to(self.heads[-1], catalog=self.catalog)]


def table(dice: random.Random, rows: int) -> pl.DataFrame:
    ids = [dice.choice([None, dice.randrange(99)]) for _ in range(rows)]
    return pl.DataFrame({"id": ids, "shop": ["a"] * rows}, schema_overrides={"id": pl.Int64})


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_at_every_head_rows_marks_and_moments_are_those_of_the_parts_whatever_step_died(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    fan_in = dice.choice([2, 3, 5])
    monkeypatch.setattr(compaction, "LARGEST", dice.choice([400, 1500, 10**9]))
    history = History(Lake(dice, dice.choice([0, 0.3])))
    for number in range(30):
        history.add(table(dice, dice.choice([0, 1, 3, 9])), copies=dice.random() < 0.2)
        with suppress(Unavailable):
            history.compact(fan_in)
        history.reads_the_same_at(dice.choice(history.heads))
        history.reads_the_same_at(history.heads[number + 1])
    assert history.catalog.layout("orders").upto
    for head in history.heads:
        history.reads_the_same_at(head)


@pytest.mark.slow
def test_a_long_history_is_few_files_and_each_row_still_names_its_upload() -> None:
    history = History(MemoryObjectStore())
    for number in range(400):
        history.add(pl.DataFrame({"id": [number], "shop": ["a"]}))
        history.compact()
    assert len(history.segments()) <= 8
    for segment in history.catalog.layout("orders").segments:
        rows = from_parquet(history.lake.get(segment.key))
        assert rows["id"].to_list() == [number - 1 for number in rows[SEQUENCE]]
        assert segment.ranges["id"] == (segment.first - 1, segment.last - 1, 0)
    assert len(history.catalog.parts("orders")) == 400


@pytest.mark.slow
def test_a_backlog_is_caught_up_in_steps_of_so_many_parts() -> None:
    history = History(MemoryObjectStore())
    for number in range(200):
        history.add(pl.DataFrame({"id": [number]}))
    steps = 0
    while history.compact():
        steps += 1
    assert steps == 4
    assert history.catalog.layout("orders").upto == 200
    history.reads_the_same_at(history.heads[77])


def test_of_two_steps_at_once_one_is_kept() -> None:
    history = History(MemoryObjectStore())
    for number in range(8):
        history.add(pl.DataFrame({"id": [number]}))
    before = history.catalog.layout("orders")
    assert history.compact()
    assert not history.catalog.save_layout(before.followed_by(0, [Segment(1, 8, "other", 8, 64)]))
    assert not history.compact()
    history.reads_the_same_at(history.heads[-1])


def test_files_of_other_columns_are_not_joined() -> None:
    history = History(MemoryObjectStore())
    for number in range(16):
        more = {"more": [1]} if number >= 11 else {}
        history.add(pl.DataFrame({"id": [number], **more}))
        history.compact()
    assert history.segments() == [(1, 8), (9, 11), (12, 16)]
    history.reads_the_same_at(history.heads[-1])


def test_a_layout_has_no_gaps() -> None:
    with pytest.raises(ValueError, match="gap"):
        Layout("orders").followed_by(0, [Segment(2, 3, "key", 1, 8)])


def test_a_dataset_without_rows_has_the_columns_of_its_contract() -> None:
    history = History(MemoryObjectStore())
    contract = replace(CONTRACT, columns=(Column("id", "integer", required=True), *COLUMNS[1:]))
    rows = rows_up_to(history.heads[0], contract, lake=history.lake, catalog=history.catalog)
    assert rows.schema == pl.Schema({"id": pl.Int64, "shop": pl.String, "more": pl.Int64})
    assert rows.is_empty()
