"""Uploads and time: what the clock sets aside, what makes a file fresh, and content that comes a second time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from serin.adapters.memory.world import MemoryClock
from serin.data.files.parquet import from_parquet
from serin.domain.contracts import Column, Contract, DatasetRule, Limit, Rule
from tests.unit.services.test_accept_upload import World

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
SHOPS = Contract(
    "shops",
    "1.0.0",
    (
        Column("shop", "string", required=True),
        Column("seen_at", "timestamp", required=True),
        Column("created", "timestamp"),
        Column("length", "integer"),
    ),
    (Rule("shops.length.range", "range", ("length",), "accuracy", minimum=0),),
    (),
    (DatasetRule("fresh", "freshness", "timeliness", Limit("<=", 2 * 86_400.0), unit="seconds", column="seen_at"),),
)
HEADER = "shop,seen_at,created,length"
STALE = "north,2024-01-01T00:00:00Z,2024-01-01T00:01:00Z,3"


def a_world(contract: Contract) -> World:
    return World(contracts={contract.dataset: contract}, clock=MemoryClock(NOON))


@pytest.mark.parametrize(
    "lines",
    [
        (STALE,),
        (STALE, "north,2099-01-01T00:00:00Z,2024-01-01T00:02:00Z,3"),
        (STALE, "north,2024-06-01T11:00:00Z,2024-06-01T11:00:00Z,-1"),
    ],
)
def test_neither_a_row_of_the_future_nor_one_that_is_set_aside_makes_a_file_fresh(lines: tuple[str, ...]) -> None:
    upload = a_world(SHOPS).send("\n".join([HEADER, *lines]).encode(), "raw/shops/a.csv")
    assert upload.status == "rejected"
    assert "has 2024-01-01T00:00 as its newest seen_at" in upload.promises["fresh"]


def test_a_row_of_the_future_is_set_aside_and_comes_back_once_its_time_has_come() -> None:
    world = a_world(replace(SHOPS, dataset_rules=()))
    rows = ("south,2024-06-01T11:00:00Z,2024-06-01T11:01:00Z,7", "south,2024-06-02T11:30:00Z,2024-06-01T11:31:00Z,99")
    first = world.send("\n".join([HEADER, *rows]).encode(), "raw/shops/a.csv")
    assert (first.accepted, first.rules) == (1, {"shops.seen_at.future": 1})
    world.clock.advance(timedelta(days=2))
    again = world.send("\n".join([HEADER, rows[1]]).encode(), "raw/shops/b.csv")
    assert (again.accepted, again.rules) == (1, {})


def test_a_file_of_which_no_row_was_good_is_not_the_one_before() -> None:
    rule = DatasetRule("often", "frequency", "timeliness", Limit("<=", 3600.0), "warning", unit="seconds")
    world = a_world(replace(SHOPS, dataset_rules=(rule,)))
    for number, length in enumerate((1, -1, 2)):
        row = f"north,2024-05-01T00:00:0{number}Z,,{length}"
        upload = world.send(f"{HEADER}\n{row}\n".encode(), f"raw/shops/{number}.csv")
        world.clock.advance(timedelta(minutes=50))
    assert "came 0.1 days after the last file" in upload.promises["often"]


PLANES = Contract("planes", "1.0.0", (Column("tailnum", "string"), Column("seats", "integer")), (), ("tailnum",))
GOOD, WRONG = b"tailnum,seats\nN10156,55\n", b"tailnum,seats\nN10156,550\n"


def test_content_that_was_accepted_before_says_so_and_what_is_in_force() -> None:
    world = a_world(PLANES)
    first = world.send(GOOD, "raw/planes/a-good.csv")
    assert first.again is None
    assert world.deliver("raw/planes/a-good.csv", len(GOOD)).again is None
    at_once = world.send(GOOD, "raw/planes/copy.csv")
    assert at_once.id == first.id
    assert (at_once.again or "").endswith("nothing was changed, and it is in force: nothing was accepted after it.")
    world.send(WRONG, "raw/planes/b-wrong.csv")
    third = world.send(GOOD, "raw/planes/a-good-again.csv")
    assert third.sequence == first.sequence
    assert "accepted before, as a-good.csv on 2024-06-01 12:00 UTC; nothing was changed" in (third.again or "")
    assert "1 upload was accepted after it, the last of them b-wrong.csv" in (third.again or "")
    assert world.catalog.upload("planes", first.id) == first


def test_what_is_told_to_bring_content_back_brings_it_back() -> None:
    world = a_world(PLANES)
    for name, content in (("a", GOOD), ("b", WRONG), ("a-again", GOOD + b"\n")):
        world.send(content, f"raw/planes/{name}.csv")
    parts = [from_parquet(world.lake.get(part.key)) for part in world.catalog.parts("planes")]
    assert [part["seats"].to_list() for part in parts] == [[55], [550], [55]]
