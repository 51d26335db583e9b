"""Rules that a file cannot keep by itself: about all of its rows, about other datasets, about the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import polars as pl
import pytest

from serin.data.contract.rules import Surroundings
from serin.data.files.reading import read_table
from serin.domain.contracts import Column, Contract, DatasetRule, Limit, Reference, Rule
from tests.checking import LATER, Checked, check

NOON = datetime(2013, 1, 10, 12, tzinfo=UTC)
COLUMNS = (Column("id", "integer"), Column("shop", "string"), Column("at", "timestamp"), Column("day", "date"))
SHOPS = Reference("shops", ("name",))
PAIRS = Reference("pairs", ("number", "name"))


def checked(
    *lines: str,
    rules: tuple[Rule | DatasetRule, ...],
    around: Surroundings = LATER,
    columns: tuple[Column, ...] = COLUMNS,
) -> Checked:
    of_rows = tuple(rule for rule in rules if isinstance(rule, Rule))
    of_file = tuple(rule for rule in rules if isinstance(rule, DatasetRule))
    contract = Contract("orders", "1.0.0", columns, of_rows, ("id",), of_file)
    return check(read_table("orders.csv", "\n".join(("id,shop,at,day", *lines)).encode(), contract), contract, around)


def numbers(found: Checked) -> list[int]:
    return found.quarantine["__row"].to_list()


def test_a_key_that_no_row_of_the_other_dataset_has_breaks_a_foreign_key_and_a_null_does_not() -> None:
    rule = Rule("known", "foreign_key", ("shop",), "consistency", references=SHOPS)
    keys = {SHOPS: pl.DataFrame({"name": ["north", "south"]})}
    found = checked("1,north,,", "2,east,,", "3,,,", rules=(rule,), around=Surroundings(NOON, keys))
    assert numbers(found) == [2]
    assert found.rules == {"known": 1}


def test_a_foreign_key_of_several_columns_is_looked_for_as_a_whole() -> None:
    rule = Rule("pair", "foreign_key", ("id", "shop"), "consistency", references=PAIRS)
    keys = {PAIRS: pl.DataFrame({"number": [1, 2], "name": ["north", "south"]})}
    found = checked("1,north,,", "2,north,,", "2,south,,", "3,,,", rules=(rule,), around=Surroundings(NOON, keys))
    assert numbers(found) == [2]


@pytest.mark.parametrize("around", [LATER, Surroundings(NOON, {SHOPS: pl.DataFrame()})])
def test_while_the_other_dataset_is_empty_no_row_is_judged_by_it_and_the_record_says_so(around: Surroundings) -> None:
    rule = Rule("known", "foreign_key", ("shop",), "consistency", references=SHOPS)
    found = checked("1,north,,", "2,east,,", rules=(rule,), around=around)
    assert found.accepted.height == 2
    assert found.warnings == {"known.not_judged": 2}
    assert "consistency" not in found.scorecard


def test_a_row_that_took_too_long_breaks_its_latency() -> None:
    rule = Rule("slow", "latency", ("at",), "timeliness", "warning", maximum=3600)
    lines = ("1,,2013-01-10T11:00:00Z,", "2,,2013-01-10T10:59:59Z,", "3,,,")
    found = checked(*lines, rules=(rule,), around=Surroundings(NOON))
    assert found.warnings == {"slow": 1}
    assert found.scorecard["timeliness"].value == 66.66


@pytest.mark.parametrize(
    ("rule", "holds", "said"),
    [
        (DatasetRule("r", "row_count", "completeness", Limit("between", 1, 3)), True, "has 3 rows"),
        (DatasetRule("r", "row_count", "completeness", Limit(">", 3)), False, "has 3 rows; more than 3 are promised"),
        (
            DatasetRule("r", "freshness", "timeliness", Limit("<=", 2 * 86_400.0), unit="seconds", column="at"),
            False,
            "has 2013-01-08T11:59 as its newest at, 2.0 days old; at most 2 days are promised",
        ),
        (DatasetRule("r", "freshness", "timeliness", Limit("<=", 3 * 86_400.0), column="day"), True, "1.5 days old"),
    ],
)
def test_what_is_promised_of_a_file_is_measured(rule: DatasetRule, holds: bool, said: str) -> None:
    lines = ("1,a,2013-01-08T11:59:00Z,2013-01-09", "2,b,2013-01-01T10:00:00Z,", "2,c")
    (found,) = checked(*lines, rules=(rule,), around=Surroundings(NOON)).measured
    assert (found.holds, said in found.found) == (holds, True), found.found


@pytest.mark.parametrize(
    ("limit", "unit", "holds"),
    [
        (Limit("<=", 2), "rows", True),
        (Limit("<", 2), "rows", False),
        (Limit("<=", 50), "percent", True),
        (Limit("<", 50), "percent", False),
    ],
)
def test_bad_rows_are_counted_as_a_number_or_a_share_and_stay_where_they_are(
    limit: Limit, unit: str, holds: bool
) -> None:
    rows = Rule("few", "required", ("shop",), "completeness")
    rule = DatasetRule("few", "broken_rows", "completeness", limit, unit=unit, rows=rows)  # type: ignore[arg-type]
    found = checked("1,a,,", "2,,,", "3,b,,", "4,NA,,", rules=(rule,))
    assert [one.holds for one in found.measured] == [holds]
    assert found.accepted.height == 4
    assert (found.scorecard["completeness"].value == 100) == holds


@pytest.mark.parametrize(
    ("lines", "newest"),
    [
        (("1,a,,",), None),
        # A row that was set aside, one of the future, and a good one whose time has not come though it may.
        (("1,a,2013-01-08T12:00:00Z,", "x,a,2013-01-10T11:00:00Z,", "3,a,2099-01-01T00:00:00Z,"), "2013-01-08T12:00"),
        (("1,a,2013-01-08T12:00:00Z,", "2,a,2013-01-10T13:00:00Z,"), "2013-01-08T12:00"),
        (("1,a,2099-01-01T00:00:00Z,",), None),
    ],
)
@pytest.mark.parametrize("future", [None, "allowed", 7200.0])
def test_the_newest_moment_of_a_file_is_of_a_good_row_and_has_come(
    lines: tuple[str, ...], newest: str | None, future: Literal["allowed"] | float | None
) -> None:
    rule = DatasetRule("r", "freshness", "timeliness", Limit("<=", 86_400), unit="seconds", column="at")
    columns = tuple(replace(column, future=future if column.name == "at" else None) for column in COLUMNS)
    (found,) = checked(*lines, rules=(rule,), around=Surroundings(NOON), columns=columns).measured
    assert not found.holds
    told = "has no good row with a at" if newest is None else f"has {newest} as its newest at, 2.0 days old"
    assert found.found.startswith(told)


def test_times_later_than_the_clock_are_set_aside_but_where_the_contract_lets_them_be() -> None:
    lines = ("1,,2013-01-10T12:00:00Z,", "2,,2013-01-10T12:00:01Z,", "3,,2013-01-11T12:00:01Z,", "4,,,2013-01-11")
    lines = (*lines, "5,,,2013-01-12", "6,,9999-12-31T23:59:59.999999Z,9999-12-31")
    around = Surroundings(NOON)
    found = checked(*lines, rules=(), around=around)
    assert found.rules == {"orders.at.future": 3, "orders.day.future": 2}
    # At noon in Greenwich, the eleventh has begun in the first zones, and the twelfth nowhere.
    assert numbers(found) == [2, 3, 5, 6]
    assert found.scorecard["accuracy"].value < 100
    a_day = (*COLUMNS[:2], replace(COLUMNS[2], future=86_400.0), replace(COLUMNS[3], future=86_400.0))
    assert numbers(checked(*lines, rules=(), around=around, columns=a_day)) == [3, 6]
    allowed = (*COLUMNS[:2], replace(COLUMNS[2], future="allowed"), replace(COLUMNS[3], future="allowed"))
    assert numbers(checked(*lines, rules=(), around=around, columns=allowed)) == []


def test_a_day_that_has_begun_somewhere_is_fresh() -> None:
    rule = DatasetRule("r", "freshness", "timeliness", Limit("<=", 60), unit="seconds", column="day")
    (found,) = checked("1,a,,2013-01-11", rules=(rule,), around=Surroundings(NOON)).measured
    assert found.holds


def test_a_file_that_comes_late_says_so_and_the_first_of_a_dataset_cannot() -> None:
    rule = DatasetRule("r", "frequency", "timeliness", Limit("<=", 86_400), "warning", unit="seconds")
    assert checked("1,a,,", rules=(rule,), around=Surroundings(NOON)).measured == []
    (late,) = checked("1,a,,", rules=(rule,), around=Surroundings(NOON, previous=NOON - timedelta(hours=30))).measured
    assert (late.holds, late.found) == (False, "came 1.2 days after the last file; at most 1 days are promised")
    (punctual,) = checked("1,a,,", rules=(rule,), around=Surroundings(NOON, previous=NOON - timedelta(days=1))).measured
    assert punctual.holds
