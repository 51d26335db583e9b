from __future__ import annotations

import math
from datetime import UTC, date, datetime

import polars as pl
import pytest

from serin.data.contract.types import typed
from serin.domain.contracts import ColumnType


def value_of(text: str, type: ColumnType) -> object:
    return pl.DataFrame({"text": [text]}).select(typed(pl.col("text"), type)).item()


@pytest.mark.parametrize(
    ("text", "type", "value"),
    [
        ("9007199254740993", "integer", 2**53 + 1),
        ("-9223372036854775808", "integer", -(2**63)),
        ("007", "integer", 7),
        ("1.0", "integer", 1),
        ("-55.", "integer", -55),
        ("+3.00", "integer", 3),
        ("9007199254740992.0", "integer", 2**53),
        ("007", "string", "007"),
        (" 7 ", "string", " 7 "),
        ("1e3", "number", 1000.0),
        ("-0.25", "number", -0.25),
        ("9007199254740992", "number", 2.0**53),
        ("1e22", "number", 1e22),
        ("true", "boolean", True),
        ("FALSE", "boolean", False),
        ("t", "boolean", True),
        ("F", "boolean", False),
        ("1", "boolean", True),
        ("0.0", "boolean", False),
        ("2013-01-01T10:00:00Z", "timestamp", datetime(2013, 1, 1, 10, tzinfo=UTC)),
        ("2013-01-01 10:00:00.000001-05:00", "timestamp", datetime(2013, 1, 1, 15, 0, 0, 1, tzinfo=UTC)),
        ("2013-01-01T10:00:00+0530", "timestamp", datetime(2013, 1, 1, 4, 30, tzinfo=UTC)),
        ("2013-01-01 10:00:00+00", "timestamp", datetime(2013, 1, 1, 10, tzinfo=UTC)),
        ("2013-01-01 13:00:05.123+02", "timestamp", datetime(2013, 1, 1, 11, 0, 5, 123_000, tzinfo=UTC)),
        ("2013-01-01 10:00:00.000 UTC", "timestamp", datetime(2013, 1, 1, 10, tzinfo=UTC)),
        ("2013-01-01 10:00:00 -0800", "timestamp", datetime(2013, 1, 1, 18, tzinfo=UTC)),
        ("2013-01-01t10:00:00z", "timestamp", datetime(2013, 1, 1, 10, tzinfo=UTC)),
        ("2013-01-01T10:00Z", "timestamp", datetime(2013, 1, 1, 10, tzinfo=UTC)),
        ("2013-01-01T10:00:00,5+05:30", "timestamp", datetime(2013, 1, 1, 4, 30, 0, 500_000, tzinfo=UTC)),
        ("2013-01-01T10:00:00.000001000+0000", "timestamp", datetime(2013, 1, 1, 10, 0, 0, 1, tzinfo=UTC)),
        ("2012-02-29", "date", date(2012, 2, 29)),
        ("2012-02-29 00:00:00", "date", date(2012, 2, 29)),
        ("2012-02-29T00:00:00.000Z", "date", date(2012, 2, 29)),
    ],
)
def test_a_text_of_its_type_is_read(text: str, type: ColumnType, value: object) -> None:
    assert value_of(text, type) == value


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("9223372036854775808", "integer"),
        ("1.5", "integer"),
        ("9007199254740993.0", "integer"),
        ("1e3", "integer"),
        (" 1", "integer"),
        ("1_000", "integer"),
        ("\u0661", "integer"),
        ("1e999", "number"),
        ("-1e999", "number"),
        ("inf", "number"),
        ("NaN", "number"),
        ("9007199254740993", "number"),
        ("9007199254740993.00", "number"),
        ("123456789012345678901234567890123456789012", "number"),
        ("-100000000000000000000000000000000000000000.0", "number"),
        ("1,5", "number"),
        ("0x10", "number"),
        ("yes", "boolean"),
        ("y", "boolean"),
        ("2", "boolean"),
        ("2013-01-01T10:00.5Z", "timestamp"),
        ("2013-01-01 10:00:00 America/New_York", "timestamp"),
        ("2013-01-01T10:00:00+24:00", "timestamp"),
        ("2012-02-29 00:00:01", "date"),
        ("2012-02-29T00:00:00+02:00", "date"),
        ("2013-01-01T10:00:00", "timestamp"),
        ("2013-01-01", "timestamp"),
        ("2013-02-30T10:00:00Z", "timestamp"),
        ("2013-01-01T10:00:60Z", "timestamp"),
        ("2013-01-01T24:00:00Z", "timestamp"),
        ("2013-01-01T10:00:00.0000001Z", "timestamp"),
        ("0000-01-01T00:00:00Z", "timestamp"),
        ("9999-12-31T23:59:59-05:00", "timestamp"),
        ("1357034400", "timestamp"),
        ("2013-02-29", "date"),
        ("01/02/2013", "date"),
        ("2013-1-2", "date"),
    ],
)
def test_a_text_that_would_lose_something_is_of_no_type(text: str, type: ColumnType) -> None:
    assert value_of(text, type) is None


def test_numbers_survive_the_way_through_text() -> None:
    numbers = [*map(float, held := [-(2**150), 3**20 * 2**150])]
    frame = pl.DataFrame({"text": [f"{held[0]}", f"+{'0' * 5000}{held[1]}.00"]})
    assert frame.select(typed(pl.col("text"), "number")).to_series().to_list() == numbers
    numbers = [0.1, 5e-324, 1.7976931348623157e308, 1 / 3, math.pi * 1e22, -0.0]
    frame = pl.DataFrame({"text": [repr(number) for number in numbers]})
    assert frame.select(typed(pl.col("text"), "number")).to_series().to_list() == numbers


def test_what_is_written_in_another_form_is_read_beside_the_usual_one() -> None:
    texts = ["2013-01-01T10:00:00Z", None, "2013-01-01 10:00:00+00", "local", *["2013-01-01T10:00:00+00:00"] * 6]
    read = pl.DataFrame({"text": texts}).select(typed(pl.col("text"), "timestamp")).to_series()
    ten = datetime(2013, 1, 1, 10, tzinfo=UTC)
    assert read.to_list() == [ten, None, ten, None, *[ten] * 6]
    whole = pl.DataFrame({"text": ["1", None, "2.0", "x"]}).select(typed(pl.col("text"), "integer")).to_series()
    assert whole.to_list() == [1, None, 2, None]
