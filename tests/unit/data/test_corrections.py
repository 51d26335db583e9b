from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serin.data.corrections import restored, to_csv
from serin.data.joins import latest_rows
from serin.data.quality import check
from serin.data.reading import read_table
from serin.domain.contracts import Column, ColumnType, Contract, Rule

CONTRACT = Contract(
    "orders",
    "1.0.0",
    (Column("id", "integer"), Column("note", "string"), Column("amount", "number")),
    (
        Rule("orders.id.unique", "unique", ("id",), "consistency"),
        Rule("orders.amount.range", "range", ("amount",), "accuracy", minimum=0),
    ),
    ("id",),
)
TYPES: dict[str, ColumnType] = {column.name: column.type for column in CONTRACT.columns}
FILE = b"id,note,amount\n1,good,5\n2,=1+1,-3\n2b,@home,1\n3,short\n4,'-x,-1e3\n1,again,7\n"


def export(content: bytes = FILE) -> str:
    return to_csv([check(read_table("a.csv", content, CONTRACT), CONTRACT).quarantine], TYPES).decode()


def test_rows_leave_with_their_numbers_and_rules_and_no_formula() -> None:
    assert export().splitlines() == [
        "__row,__rules,__text,id,note,amount",
        "2,orders.amount.range,,2,'=1+1,-3",
        "3,orders.id.type,,2b,'@home,1",
        '4,orders.row.shape,"3,short",,,',
        "5,orders.amount.range,,4,''-x,-1e3",
        "6,orders.id.unique,,1,again,7",
    ]


def test_corrected_rows_come_back_as_if_they_had_never_left_and_replace_what_has_their_key() -> None:
    first = check(read_table("a.csv", FILE, CONTRACT), CONTRACT).accepted
    text = export().replace(",-3", ",3").replace("2b", "5").replace('"3,short",,,', ",3,long,9").replace("-1e3", "1e3")
    second = check(read_table("b.csv", text.encode(), CONTRACT), CONTRACT)
    assert (second.rules, second.warnings) == ({}, {})
    assert second.accepted["note"].to_list() == ["=1+1", "@home", "long", "'-x", "again"]
    rows = latest_rows(pl.concat([first, second.accepted]), CONTRACT)
    assert (first.height, second.accepted.height, rows.height) == (1, 5, 5)
    assert rows.filter(pl.col("id") == 1)["note"].to_list() == ["again"]


def test_a_file_that_is_no_export_keeps_its_quotes() -> None:
    assert read_table("a.csv", b"id,note,amount\n1,'=x,1\n", CONTRACT).text["note"].to_list() == ["'=x"]


def test_a_number_that_is_a_formula_is_guarded_too() -> None:
    assert "'=cmd()" in export(b"id,note,amount\n1,a,=cmd()\n")


@pytest.mark.parametrize("text", ["=", "+1", "-1", "@x", "'=", "''@"])
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    assert f",'{text},-1" in export(f"id,note,amount\n1,{text},-1\n".encode())


@settings(max_examples=100, deadline=None)
@given(notes=st.lists(st.text(st.sampled_from("'=+-@a1,\t "), min_size=1, max_size=5), min_size=1, max_size=6))
def test_whatever_a_cell_holds_it_comes_back_the_same(notes: list[str]) -> None:
    rows = pl.DataFrame({"id": [str(number) for number, _ in enumerate(notes)], "note": notes, "amount": "-1"})
    quarantine = rows.with_columns(
        pl.lit(1, pl.UInt32).alias("__row"), pl.lit(None, pl.String).alias("__text"), pl.lit(["r"]).alias("__rules")
    )
    back = read_table("a.csv", to_csv([quarantine], TYPES), CONTRACT)
    assert restored(back).text.equals(back.text)
    assert back.text.to_dict(as_series=False) == rows.to_dict(as_series=False)
