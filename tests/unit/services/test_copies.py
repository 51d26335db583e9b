from __future__ import annotations

import gzip
import io
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.objects import MemoryObjectStore
from serin.data.files.parquet import from_parquet
from serin.domain.contracts import Column, Contract
from serin.domain.datasets import Upload
from serin.services.steps import copies as copies_module
from serin.services.steps.dataset_rows import copies_up_to
from tests.builders import a_contract
from tests.unit.services.test_accept_upload import HEADER, World

COLUMNS = (Column("age", "integer"), Column("fare", "number"), Column("port", "string"), Column("died", "boolean"))
PASSENGERS = Contract("orders", "1.0.0", COLUMNS, (), ())
ROWS = 1470


def passengers(rows: int = ROWS, seed: int = 1) -> list[str]:
    """Rows of CSV that are nearly all different."""
    return list(_passengers(rows, seed))


@cache
def _passengers(rows: int, seed: int) -> tuple[str, ...]:
    dice = random.Random(seed)
    return tuple(
        f"{dice.randrange(90)},{dice.randrange(10**6) / 100},{dice.choice('CQS')},{dice.choice(['true', 'false'])}"
        for _ in range(rows)
    )


def repeated(rows: int = ROWS, seed: int = 1) -> list[str]:
    """Rows of CSV of few values, so that nearly all of them are there more than once."""
    dice = random.Random(seed)
    return [
        f"{dice.randrange(4)},{dice.randrange(3)},{dice.choice('CQS')},{dice.choice(['true', 'false'])}"
        for _ in range(rows)
    ]


def csv(rows: list[str], header: str = "age,fare,port,died", end: str = "\n") -> bytes:
    return end.join([header, *rows, ""]).encode()


def with_columns_turned(rows: list[str]) -> bytes:
    return csv([",".join(reversed(row.split(","))) for row in rows], "died,port,fare,age")


def as_parquet(rows: list[str]) -> bytes:
    buffer = io.BytesIO()
    pl.read_csv(csv(rows)).write_parquet(buffer)
    return buffer.getvalue()


def shuffled(rows: list[str]) -> list[str]:
    return random.Random(7).sample(rows, len(rows))


DISGUISES: dict[str, tuple[Callable[[list[str]], bytes], int, str]] = {
    "line ends": (lambda rows: csv(rows, end="\r\n"), ROWS, "line ends differ"),
    "order of rows": (lambda rows: csv(shuffled(rows)), ROWS, "order of rows differs"),
    "order of columns": (with_columns_turned, ROWS, "order of columns differs"),
    "gz": (lambda rows: gzip.compress(csv(rows)), ROWS, "kind of file differs"),
    "parquet": (as_parquet, ROWS, "kind of file differs"),
    "one row more": (lambda rows: csv([*rows, "33,7.25,Q,true"]), ROWS + 1, "1 row more"),
}


def intake(contract: Contract = PASSENGERS) -> World:
    return World({"orders": contract})


def judging(world: World) -> int:
    """The rows of the dataset that may judge."""
    head = world.catalog.head("orders")
    return head.rows - int(copies_up_to(head, lake=world.lake, catalog=world.catalog).sum())


@pytest.mark.parametrize("disguise", DISGUISES)
def test_the_same_table_in_disguise_is_told_and_none_of_its_copies_judges(disguise: str) -> None:
    made, rows, difference = DISGUISES[disguise]
    world = intake()
    first = world.send(csv(passengers()), "raw/orders/titanic.csv")
    second = world.send(made(passengers()), "raw/orders/again.csv")
    assert (first.copies, second.accepted) == (None, rows)
    assert second.copies is not None
    found = f"1,470 of {rows:,} rows are equal to rows of file titanic.csv; {difference}"
    assert (second.copies.rows, second.copies.of, second.copies.found) == (ROWS, first.id, found)
    assert judging(world) == rows


def test_an_earlier_file_that_is_there_twice_in_one_upload_is_no_table_that_repeats_itself() -> None:
    world = intake()
    world.send(csv(passengers()), "raw/orders/titanic.csv")
    upload = world.send(csv(shuffled([*passengers(), *passengers(), *passengers(9, seed=2)])), "raw/orders/twice.csv")
    assert upload.copies is not None
    assert upload.copies.found == "2,940 of 2,949 rows are equal to rows of file titanic.csv; 1,479 rows more"
    assert judging(world) == ROWS + 9


def test_all_disguises_in_a_row_leave_each_row_one_that_judges() -> None:
    world = intake()
    world.send(csv(passengers()), "raw/orders/titanic.csv")
    for number, (made, *_) in enumerate(DISGUISES.values()):
        assert world.send(made(passengers()), f"raw/orders/{number}.csv").copies
    assert (world.catalog.head("orders").rows, judging(world)) == (7 * ROWS + 1, ROWS + 1)


def test_a_table_of_repeated_real_rows_loses_none_and_still_has_judges() -> None:
    world = intake()
    uploads = [world.send(csv(repeated(seed=seed)), f"raw/orders/{seed}.csv") for seed in range(5)]
    assert [upload.copies for upload in uploads] == [None] * 5
    assert [upload.accepted for upload in uploads] == [ROWS] * 5
    assert judging(world) == 5 * ROWS


@pytest.mark.parametrize("rows", [30, 300, 3000])
@pytest.mark.parametrize("values", [20, 300, 5000])
def test_rows_that_repeat_by_chance_are_no_copies(rows: int, values: int) -> None:
    world, told = intake(), 0
    for seed in range(8):
        dice = random.Random(seed)
        content = csv([f"{dice.randrange(values)},1,S,true" for _ in range(rows)])
        told += world.send(content, f"raw/orders/{seed}.csv").copies is not None
    assert told == 0


def test_a_piece_of_an_earlier_file_among_new_rows_is_told_wherever_it_stands() -> None:
    world = intake()
    world.send(csv(passengers(seed=1)), "raw/orders/a.csv")
    world.send(csv(passengers(seed=2)), "raw/orders/b.csv")
    mixed = shuffled([*passengers(seed=1)[:30], *passengers(seed=2)[:10], *passengers(seed=3)])
    upload = world.send(csv(mixed), "raw/orders/c.csv")
    assert upload.copies is not None
    assert (
        upload.copies.found
        == "30 of 1,510 rows are equal to rows of file a.csv, 10 to rows of other files; 40 rows more"
    )
    assert judging(world) == 3 * ROWS
    few = world.send(csv([*passengers(seed=4), *passengers(seed=1)[:10]]), "raw/orders/d.csv")
    assert few.copies is None


def test_numbers_and_moments_may_be_written_in_other_ways() -> None:
    world = intake(a_contract(rules=(), primary_key=()))
    rows = range(12)
    first = [f"{row},2013-01-01T10:00:00Z,north,{row},true\n" for row in rows]
    other = [f"{row},2013-01-01 12:00:00+02:00,north,{row}.0e0,TRUE\n" for row in rows]
    world.send((HEADER + "".join(first)).encode(), "raw/orders/a.csv")
    assert world.send((HEADER + "".join(other)).encode(), "raw/orders/b.csv").copies


def test_a_row_with_a_primary_key_is_one_row_with_its_copy_so_it_is_told_and_still_judges() -> None:
    world = intake(a_contract())
    lines = [f"{number},2013-01-01T10:00:00Z,north,{number},true\n" for number in range(100)]
    world.send((HEADER + "".join(lines)).encode(), "raw/orders/a.csv")
    upload = world.send((HEADER + "".join(reversed(lines))).encode(), "raw/orders/b.csv")
    assert upload.copies is not None
    assert judging(world) == 200
    corrected = [line.replace("true", "false") for line in lines]
    assert world.send((HEADER + "".join(corrected)).encode(), "raw/orders/c.csv").copies is None


def test_a_contract_may_ignore_repeated_rows_which_are_counted() -> None:
    world = intake(replace(PASSENGERS, repeated_rows="ignored"))
    first = world.send(csv([*passengers(50), *passengers(20), "x,1,S,true"]), "raw/orders/a.csv")
    assert (first.rows, first.accepted, first.quarantined, first.repeated) == (71, 50, 1, 20)
    second = world.send(csv([*passengers(50), *passengers(5, seed=2)]), "raw/orders/b.csv")
    assert (second.rows, second.accepted, second.repeated) == (55, 5, 50)
    third = world.send(csv(shuffled(passengers(50))), "raw/orders/c.csv")
    assert (third.accepted, third.repeated, third.part) == (0, 50, None)
    assert world.catalog.head("orders").rows == judging(world) == 55
    kept = [from_parquet(world.lake.get(part.key)) for part in world.catalog.parts("orders") if part.rows]
    assert pl.concat(kept).is_duplicated().sum() == 0


def test_of_two_uploads_at_once_the_later_one_is_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    world = intake()
    accepting = world.catalog.record_accepted
    pending = [csv(passengers(), end="\r\n")]

    def overtaken(upload: Upload, *rest: Any) -> bool:
        if pending:
            world.send(pending.pop(), "raw/orders/faster.csv")
        return bool(accepting(upload, *rest))

    monkeypatch.setattr(world.catalog, "record_accepted", overtaken)
    slower = world.send(csv(passengers()), "raw/orders/slower.csv")
    assert slower.sequence == 2
    assert slower.copies is not None
    assert slower.copies.file == "faster.csv"
    assert judging(world) == ROWS


class Reads(MemoryObjectStore):
    """A lake that counts the bytes of the digest sets that are fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.sets: list[int] = []

    def fetch(self, key: str, into: Any, version_id: str | None = None) -> None:
        super().fetch(key, into, version_id)
        if "/digests/" in key:
            self.sets.append(into.stat().st_size)


def day(number: int) -> bytes:
    rows = [
        f"{row},2013-{1 + number // 28:02}-{1 + number % 28:02}T10:00:{row:02}Z,north,{row},true" for row in range(50)
    ]
    return (HEADER + "\n".join(rows) + "\n").encode()


@pytest.mark.slow
def test_an_upload_of_a_table_that_grows_in_time_reads_no_digests_but_to_keep_their_sets_few() -> None:
    lake = Reads()
    world = World({"orders": a_contract(rules=(), primary_key=())}, lake=lake)
    for number in range(60):
        world.send(day(number), f"raw/orders/{number}.csv")
        assert number == copies_module._CHAIN + 1 or lake.sets == []
        lake.sets.clear()
    again = world.send(day(31).replace(b"\n", b"\r\n"), "raw/orders/again.csv")
    assert again.copies is not None
    assert again.copies.file == "31.csv"
    assert len(lake.sets) == 1


@pytest.mark.slow
def test_a_table_without_times_is_read_in_few_sets_and_every_upload_is_still_known_by_name() -> None:
    lake = Reads()
    world = World({"orders": PASSENGERS}, lake=lake)
    for seed in range(60):
        lake.sets.clear()
        world.send(csv(passengers(40, seed)), f"raw/orders/{seed}.csv")
        assert len(lake.sets) <= 14
        assert sum(lake.sets) <= 60 * 40 * 12
    again = world.send(csv(shuffled(passengers(40, 3))), "raw/orders/again.csv")
    assert again.copies is not None
    assert again.copies.file == "3.csv"


def test_beyond_the_bound_the_oldest_rows_are_not_compared_with_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(copies_module, "MOST", 100)
    world = intake()
    for seed in range(3):
        world.send(csv(passengers(50, seed)), f"raw/orders/{seed}.csv")
    oldest = world.send(csv(shuffled(passengers(50, 0))), "raw/orders/again.csv")
    assert (oldest.copies, oldest.uncompared) == (None, 50)
    newest = world.send(csv(shuffled(passengers(50, 2))), "raw/orders/newest.csv")
    assert newest.copies is not None
