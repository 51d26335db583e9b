from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.data.files.parquet import from_parquet, to_parquet
from serin.data.files.reading import read_table
from serin.domain.contracts import Column, Contract, Rule
from tests.checking import check

COLUMNS = ("order_id", "shop", "amount", "at", "paid")
CONTRACT = Contract(
    "orders",
    "1.0.0",
    (
        Column("order_id", "integer", required=True),
        Column("shop", "string"),
        Column("amount", "number"),
        Column("at", "timestamp"),
        Column("paid", "boolean"),
    ),
    (
        Rule("orders.order_id.unique", "unique", ("order_id",), "consistency"),
        Rule("orders.amount.range", "range", ("amount",), "accuracy", minimum=-5, maximum=1e6),
        Rule("orders.shop.length", "length", ("shop",), "accuracy", maximum=4),
        Rule("orders.shop.pattern", "pattern", ("shop",), "accuracy", "warning", pattern="^[a-z]*$"),
    ),
    ("order_id",),
)
LIKELY = st.sampled_from(
    [
        "",
        "NA",
        "1",
        "2",
        "02",
        "-3",
        "2.5",
        "1e999",
        "9007199254740993",
        "true",
        "2013-01-01T10:00:00Z",
        "a",
        "ab,c",
        "a\r\nb",
    ]
)
# The writer leaves a lone carriage return unquoted, which nobody can tell from half a line end.
ANY = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)
WIDTH = len(COLUMNS)
ROW = st.one_of(
    st.lists(st.one_of(LIKELY, ANY), min_size=WIDTH, max_size=WIDTH),
    st.lists(LIKELY, min_size=2, max_size=WIDTH + 2),
)


def meant(text: str) -> str | None:
    """The writer quotes neither nothing nor NA, so neither is a text."""
    return None if text in ("", "NA") else text


@pytest.mark.slow
@given(rows=st.lists(ROW, min_size=1, max_size=12), end=st.sampled_from(["\n", "\r\n"]))
def test_each_row_of_a_dirty_file_is_accepted_or_in_quarantine_as_it_was_written(
    rows: list[list[str]], end: str
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=end).writerows([list(COLUMNS), *rows])
    found = check(read_table("orders.csv", written.getvalue().encode(), CONTRACT), CONTRACT)
    assert found.accepted.height + found.quarantine.height == len(rows)
    set_aside = {row["__row"]: row for row in found.quarantine.iter_rows(named=True)}
    assert len(set_aside) == found.quarantine.height
    for number, row in set_aside.items():
        assert row["__rules"]
        if row["__rules"] == ["orders.row.shape"]:
            assert next(csv.reader([row["__text"]])) == rows[number - 1]
            assert len(rows[number - 1]) != WIDTH
        else:
            assert [row[name] for name in COLUMNS] == [meant(text) for text in rows[number - 1]]
    good = [row for number, row in enumerate(rows, start=1) if number not in set_aside]
    assert found.accepted["order_id"].to_list() == [int(row[0]) for row in good]
    assert found.accepted["shop"].to_list() == [meant(row[1]) for row in good]
    assert found.accepted["amount"].to_list() == [None if row[2] in ("", "NA") else float(row[2]) for row in good]
    assert found.accepted["order_id"].is_unique().all()
    for row in set_aside.values():
        if row["__rules"] == ["orders.order_id.unique"]:
            assert int(row["order_id"]) in found.accepted["order_id"].to_list()
    assert from_parquet(to_parquet(found.accepted)).equals(found.accepted)
