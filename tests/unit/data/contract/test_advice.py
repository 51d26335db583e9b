from __future__ import annotations

import pytest

from serin.data.contract.advice import broken_most, how_to_write, unread
from serin.data.files.reading import read_table
from serin.domain.contracts import Column, ColumnType, Contract, Rule
from tests.checking import check


@pytest.mark.parametrize(
    ("text", "type", "saying"),
    [
        ("75,043.15", "number", "separators of thousands"),
        ("9,5", "number", "a decimal comma"),
        ("$75.04", "number", "a sign"),
        ("75%", "integer", "a sign"),
        (" 18", "integer", "spaces around it"),
        ("NaN", "number", "not finite"),
        ("NULL", "integer", "missingValues"),
        ("\\N", "number", "missingValues"),
        ("1.5", "integer", "a number in the contract"),
        ("9007199254740993.0", "integer", "may have been rounded"),
        ("99999999999999999999", "integer", "more than 64 bits"),
        ("1e+05", "integer", "write all of them"),
        ("9007199254740993", "number", "does not hold it"),
        ("9007199254740993.00", "number", "does not hold it"),
        ("yes", "boolean", "write true or false"),
        ("2013-04-01 09:00:00", "timestamp", "does not say its time zone; write 2013-04-01T09:00:00Z"),
        ("2013-04-01", "timestamp", "a day without a time"),
        ("04/01/2013 09:00 AM", "timestamp", "which part is the day"),
        ("1364806800", "timestamp", "a count of seconds"),
        ("2024-06-01 10:00:00.1234567+02", "timestamp", "finer than a microsecond"),
        ("2016-12-31T23:59:60Z", "timestamp", "no such day or time of day"),
        ("2024-06-01T24:00Z", "timestamp", "no such day or time of day"),
        ("2024-06-01 10:00:00 Europe/Berlin", "timestamp", "names its zone"),
        ("2024-06-01T10:00:00Z[UTC]", "timestamp", "names its zone"),
        ("soon", "timestamp", "write 2013-04-01T09:00:00Z"),
        ("2013-02-30", "date", "no day of the calendar"),
        ("1.2.2013", "date", "write 2013-04-01"),
    ],
)
def test_a_text_of_no_type_is_told_with_how_to_write_it(text: str, type: ColumnType, saying: str) -> None:
    assert saying in how_to_write(text, type)


def test_each_column_that_cannot_be_read_is_told_once_with_what_was_found() -> None:
    columns = (Column("n", "integer"), Column("at", "timestamp", written="Taken at"), Column("note", "string"))
    size = Rule("rows.n.range", "range", ("n",), "accuracy", maximum=9)
    agreed = Contract("rows", "1", columns, (size,), ())
    content = b"n,Taken at,note\n1,2013-04-01T09:00:00Z,a\nNULL,2013-04-01 09:00:00,b\n?,NA,c\nshort\n"
    found = check(read_table("rows.csv", content + b"10,NA,\n11,NA,\n", agreed), agreed)
    assert list(broken_most(found.quarantine, found.rules, agreed)) == [
        "2 rows: n '10' (rows.n.range)",
        f"2 rows: n: 'NULL' is no integer: {how_to_write('NULL', 'integer')} (rows.n.type)",
        f"1 row: Taken at: '2013-04-01 09:00:00' is no timestamp: {how_to_write('2013-04-01 09:00:00', 'timestamp')} "
        "(rows.at.type)",
    ]
    assert [line.partition(": ")[0::2] for line in unread(found.quarantine, columns)] == [
        ("n", f"'NULL' is no integer: {how_to_write('NULL', 'integer')}"),
        ("Taken at", f"'2013-04-01 09:00:00' is no timestamp: {how_to_write('2013-04-01 09:00:00', 'timestamp')}"),
    ]
