"""Conditions mean what SQL means: SQLite counts the same rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serin.data.contract.conditions import compiled
from serin.domain.conditions import Expression, column, constant
from serin.domain.contracts import Column, ColumnType
from serin.domain.errors import Invalid
from serin.files.contract_conditions import query_condition
from serin.files.contract_rules import Rules

TYPES: Mapping[str, ColumnType] = {
    **{"a": "number", "b": "number", "i": "integer", "j": "integer"},
    **{"s": "string", "t": "timestamp", "d": "date"},
}
COLUMNS = tuple(Column(name, kind) for name, kind in TYPES.items())
RULES = Rules("rows", COLUMNS, known={name: name for name in TYPES}, calls=frozenset({"rows"}))
NUMBERS = st.sampled_from(["a", "b", "0", "1", "2.5", "-3", "1e3", "10", "49"])
SUMS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"ABS({part})"),
        st.tuples(inner, inner).map(lambda parts: f"COALESCE({', '.join(parts)})"),
    ),
    max_leaves=4,
)
COMPARED = st.one_of(
    st.tuples(SUMS, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), SUMS).map(" ".join),
    st.tuples(SUMS, SUMS, SUMS).map(lambda parts: "{} BETWEEN {} AND {}".format(*parts)),
    st.tuples(SUMS, NUMBERS, NUMBERS).map(lambda parts: "{} IN ({}, {})".format(*parts)),
    st.sampled_from(["s = 'x'", "s <> 'y'", "s < 'y'", "s IS NULL", "a IS NOT NULL", "s IN ('x', 'z')"]),
)
CONDITIONS = st.recursive(
    COMPARED,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"NOT ({part})"),
    ),
    max_leaves=4,
)
VALUES = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 0.3, 2.5, -3.0, 7.0, 49.0, 1000.0]))
ROWS = st.lists(
    st.tuples(VALUES, VALUES, st.one_of(st.none(), st.sampled_from(["x", "y", "z"]))), min_size=1, max_size=8
)


def flagged(where: str, frame: pl.DataFrame) -> list[bool]:
    condition = query_condition(f"SELECT COUNT(*) FROM ${{object}} WHERE {where}", RULES, None)
    assert condition is not None
    return frame.select(compiled(condition, {"i", "j"}).fill_null(value=False).alias("found")).to_series().to_list()


@pytest.mark.slow
@settings(max_examples=3 * settings.default.max_examples)
@given(where=CONDITIONS, rows=ROWS)
def test_a_condition_flags_the_rows_that_sqlite_counts(
    where: str, rows: list[tuple[float | None, float | None, str | None]]
) -> None:
    schema = {"a": pl.Float64, "b": pl.Float64, "s": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    # A condition of constants alone has one value for all rows, and no row is flagged by such a rule: it is refused.
    found = flagged(f"({where}) AND (a = a OR a IS NULL)", frame)
    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE TABLE rows (a REAL, b REAL, s TEXT)")
        base.executemany("INSERT INTO rows VALUES (?, ?, ?)", rows)
        # REAL literals: SQLite divides whole numbers as whole numbers.
        real = where.replace("0,", "0.0,")
        expected = [bool(row[0]) for row in base.execute(f"SELECT ({_real(real)}) FROM rows ORDER BY rowid")]
    base.close()
    assert found == expected


def _real(where: str) -> str:
    words = where.replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split(" ")
    return " ".join(f"{word}.0" if word.lstrip("-").isdigit() else word for word in words)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("t < '2013-01-01T12:00:00+02:00'", [True, False]),
        ("d = '2013-01-02'", [False, True]),
        ("a % 3 = -2", [True, False]),
        ("a / 0 > 1", [False, False]),
        ("t BETWEEN '2013-01-01T09:00:00Z' AND '2013-01-01T10:00:00Z'", [True, False]),
        ("rows.a < 0 AND A < 0", [True, False]),
    ],
)
def test_times_remainders_and_divisions_by_zero_are_understood(where: str, expected: list[bool]) -> None:
    times = pl.Series(["2013-01-01T09:30:00Z", "2013-01-01T11:00:00Z"]).str.to_datetime(time_zone="UTC", time_unit="us")
    days = pl.Series(["2013-01-01", "2013-01-02"]).str.to_date()
    frame = pl.DataFrame({"a": [-5.0, 4.0], "t": times, "d": days})
    assert flagged(where, frame) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("i % 5 = 0", [False, False, True]),
        ("i - 1 = 9007199254740992", [True, False, False]),
        ("i + j = -2", [False, False, True]),
        ("i * 2 <> 18014398509481986", [False, True, True]),
        ("-i * i * i * i * i < 0", [True, True, False]),  # too many bits for a whole number
        ("ABS(i) > 9007199254740993", [False, False, True]),
        ("i % (j - j) = 0", [False, False, False]),
        ("i - 0.5 > 1e15", [True, True, False]),
    ],
)
def test_whole_numbers_are_counted_with_exactly(where: str, expected: list[bool]) -> None:
    frame = pl.DataFrame({"i": [2**53 + 1, 2**53, -(2**63) + 3], "j": [2, 1, 2**63 - 5]})
    assert flagged(where, frame) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("a / 10 = 0.3", [True, False, False]),
        ("a / 49 = 1", [False, True, False]),
        ("a % 49 = 0", [False, True, False]),
        ("a % 7 = 2", [False, False, True]),
        ("1 / 3 < a % 2", [True, True, False]),
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_floats_are_divided_as_ieee_754_says_in_however_many_rows(where: str, expected: list[bool], rows: int) -> None:
    values = [3.0, 49.0, 1e20]
    for start in range(0, len(values), rows):
        frame = pl.DataFrame({"a": values[start : start + rows]})
        assert flagged(where, frame) == expected[start : start + rows]


@pytest.mark.parametrize("step", ["0.01", "0.05", "0.3", "0.001", "2.5", "1e-07"])
def test_the_float_nearest_to_a_multiple_is_one_and_no_other_is(step: str) -> None:
    random, share = Random(0), Decimal(step)
    multiples = [share * random.randint(-(10**digits), 10**digits) for digits in range(13) for _ in range(50)]
    others = [number + share / random.choice((2, 3, 10)) for number in multiples]
    frame = pl.DataFrame({"a": [float(number) for number in (*multiples, *others)] + [1e300, None]})
    is_multiple = Expression("multiple_of", (column("a"), constant(float(step))))
    found = frame.select(compiled(is_multiple, set())).to_series().to_list()
    assert found == [True] * len(multiples) + [False] * len(others) + [True, None]


@pytest.mark.parametrize("text", ["noon", "2013-01-01T10:00:00", "2013-13-01T10:00:00Z"])
def test_a_text_that_is_no_time_is_not_compared_with_one(text: str) -> None:
    with pytest.raises(Invalid, match="beside a timestamp"):
        query_condition(f"SELECT COUNT(*) FROM rows WHERE t > '{text}'", RULES, None)
