"""One rule of what was known: training, `predict` and the HTTP route give what the reference says, of any table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from benches.knowing.tally import run
from serin.data.contract.moments import TIMESTAMP
from serin.data.features.joins import training_rows
from serin.domain.charter import Charter, View, Window
from serin.domain.known import known_at
from tests.unit.data.histories import Event, table, versions
from tests.unit.services.filling import CONTRACTS, Filling, charter_of

QUEUE = View("queue", "shop", "shops", ("length",), "seen_at", "known_at", timedelta(hours=6))
DAY = timedelta(days=1)
COUNTED = (Window("n", "length", "count", DAY), Window("mean", "length", "mean", DAY))
FLOW = replace(QUEUE, name="flow", last=(), ttl=DAY, windows=COUNTED)


@pytest.mark.slow
def test_two_hundred_random_tables_are_served_and_joined_to_the_bit_as_the_reference_says() -> None:
    tally = run(200, seed=1)
    assert (tally.told, tally.tables) == ([], 200), "again: ./scripts/bench known --tables 200"
    assert tally.values > 50_000
    assert min(tally.filled.values()) > 20
    assert min(tally.figures()["caught"].values()) > 10, "the tables do not tell naive rules from the right one"


def at(clock: str, year: int = 2024) -> datetime:
    return datetime.fromisoformat(f"{year}-06-01T{clock}:00+00:00").astimezone(UTC)


class Shops:
    """Uploads of shops, and what is known of one when somebody asks."""

    def __init__(self) -> None:
        moment = replace(charter_of(QUEUE, FLOW).features.moment, before=timedelta(0))
        charter = charter_of(QUEUE, FLOW)
        self.charter: Charter = replace(charter, features=replace(charter.features, moment=moment))
        self.filling, self.rows = Filling(), list[Event]()

    def upload(self, clock: datetime, *rows: Event) -> None:
        self.filling.clock.moment, self.rows = clock, [*self.rows, *rows]
        self.filling.upload(self.charter, "shops", table(rows))

    def known(self, shop: str, moment: datetime) -> list[object]:
        """Queue length, count and mean of the day in training; held to what the reference says."""
        orders = pl.DataFrame(
            {"order_id": [1], "at": [moment], "shop": [shop], "amount": [1.0], "late": [True]},
            schema_overrides={"at": TIMESTAMP},
        )
        tables = {"orders": orders, "shops": table(self.rows)}
        (row,) = training_rows(self.charter, CONTRACTS, tables, {}.__getitem__).to_dicts()
        for view in (QUEUE, FLOW):
            right = known_at(view, versions(self.rows), (shop,), moment)
            assert {name: row[f"{view.name}.{name}"] for name in view.values} == right
        return [row["queue.length"], row["flow.n"], row["flow.mean"]]

    def served(self, shop: str, moment: datetime) -> list[object]:
        """The same online, from the items as they are now."""
        values = self.filling.served(self.charter, shop, moment).values
        return [values["queue.length"], values["flow.n"], values["flow.mean"]]


def row(number: int, shop: str, seen: datetime, created: datetime | None, length: int) -> Event:
    return number, shop, seen, created, length, None, None


TIES = (row(1, "north", at("10:00"), at("11:30"), 12), row(2, "north", at("10:00"), at("10:05"), 10))


@pytest.mark.parametrize("rows", [TIES, TIES[::-1]])
def test_of_two_rows_of_one_event_time_the_one_created_last_is_the_newest_known(rows: Sequence[Event]) -> None:
    shops = Shops()
    shops.upload(at("11:45"), *rows)
    assert shops.served("north", at("12:00")) == shops.known("north", at("12:00")) == [12, 2, 11.0]
    assert shops.known("north", at("11:00")) == [10, 1, 10.0]


def test_a_row_of_the_future_hides_nothing_that_is_known_and_counts_when_its_time_has_come() -> None:
    shops = Shops()
    shops.upload(
        at("11:50"),
        row(1, "south", at("11:00"), at("11:01"), 7),
        row(2, "south", at("11:30", 2204), at("11:31"), 99),
        row(3, "east", at("09:00"), at("09:01"), 3),
        row(4, "east", at("11:00"), at("18:00"), 44),
    )
    assert shops.served("south", at("12:00")) == shops.known("south", at("12:00")) == [7, 1, 7.0]
    assert shops.served("east", at("12:00")) == shops.known("east", at("12:00")) == [3, 1, 3.0]
    shops.upload(at("11:57"), row(5, "south", at("11:55"), at("11:56"), 8))
    assert shops.served("south", at("12:00")) == shops.known("south", at("12:00")) == [8, 2, 7.5]
    assert shops.served("east", at("17:00")) == shops.known("east", at("17:00")) == [None, 1, 3.0]
    assert shops.served("east", at("18:00")) == shops.known("east", at("18:00")) == [None, 2, 23.5]
    assert shops.served("south", at("12:00", 2204)) == shops.known("south", at("12:00", 2204)) == [99, 1, 99.0]


def test_a_correction_changes_what_is_known_from_its_created_time_on_and_not_the_past() -> None:
    shops = Shops()
    shops.upload(at("10:06"), row(1, "north", at("10:00"), at("10:05"), 10))
    assert shops.served("north", at("10:30")) == [10, 1, 10.0]
    shops.upload(at("11:31"), row(1, "north", at("10:00"), at("11:30"), 12))
    assert shops.known("north", at("10:30")) == [10, 1, 10.0]
    assert shops.served("north", at("12:00")) == shops.known("north", at("12:00")) == [12, 1, 12.0]


@pytest.mark.parametrize("created", [at("10:05"), None])
def test_a_correction_that_keeps_the_created_time_or_has_none_says_that_it_was_always_so(created: datetime) -> None:
    shops = Shops()
    shops.upload(at("10:06"), row(1, "north", at("10:00"), at("10:05"), 10))
    shops.upload(at("11:31"), row(1, "north", at("10:00"), created, 12))
    for clock in ("10:30", "12:00"):
        assert shops.known("north", at(clock)) == [12, 1, 12.0]
    assert shops.served("north", at("12:00")) == [12, 1, 12.0]


def test_a_correction_that_withdraws_a_row_does_so_when_it_is_created() -> None:
    shops = Shops()
    shops.upload(
        at("10:06"), row(1, "north", at("10:00"), at("10:05"), 10), row(2, "north", at("09:00"), at("09:00"), 4)
    )
    shops.upload(at("10:30"), (1, None, at("10:00"), at("11:30"), 10, None, None))
    assert shops.served("north", at("11:00")) == shops.known("north", at("11:00")) == [10, 2, 7.0]
    assert shops.served("north", at("12:00")) == shops.known("north", at("12:00")) == [4, 1, 4.0]


def test_what_one_shop_sums_up_to_does_not_depend_on_another() -> None:
    shops = Shops()
    lengths = [(1, "north", 2**53 + 1), (2, "north", -(2**53)), (3, "south", 2**63 - 1), (4, "south", 2**63 - 1)]
    shops.upload(
        at("10:06"), *(row(number, shop, at("10:00"), at("10:05"), length) for number, shop, length in lengths)
    )
    assert shops.served("north", at("12:00")) == shops.known("north", at("12:00")) == [-(2**53), 2, 0.5]
    assert shops.served("south", at("12:00")) == shops.known("south", at("12:00")) == [2**63 - 1, 2, 2.0**63]
