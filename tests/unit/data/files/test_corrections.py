from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.data.features.joins import latest_rows
from serin.data.files.corrections import still_set_aside, to_csv
from serin.data.files.reading import read_table
from serin.domain.contracts import Column, ColumnType, Contract, Rule
from serin.domain.errors import Rejected
from tests.checking import check

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
UPLOAD_ID = "0123456789abcdef" * 2
FILE = b"id,note,amount\n1,good,5\n2,=1+1,-3\n2b,@home,1\n3,short\n4,'-x,-1e3\n1,again,7\n"


def export(content: bytes = FILE) -> str:
    quarantine = check(read_table("a.csv", content, CONTRACT), CONTRACT).quarantine
    return to_csv([quarantine.with_columns(pl.lit(UPLOAD_ID).alias("__upload"))], TYPES).decode()


def test_rows_leave_with_their_numbers_and_rules_and_no_formula() -> None:
    assert export().splitlines() == [
        "__upload,__row,__rules,__text,id,note,amount",
        f"{UPLOAD_ID},2,orders.amount.range,,2,'=1+1,-3",
        f"{UPLOAD_ID},3,orders.id.type,,2b,'@home,1",
        f'{UPLOAD_ID},4,orders.row.shape,"3,short",,,',
        f"{UPLOAD_ID},5,orders.amount.range,,4,''-x,-1e3",
        f"{UPLOAD_ID},6,orders.id.unique,,1,again,7",
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


SIGNS = "'=+-@a1,\t ;\r\n\"\uff1d\uff0b\uff0d\uff20\\\u200b"


def set_aside(notes: Sequence[str | None], name: str = "more") -> pl.DataFrame:
    """Rows in quarantine with these notes; the column of that name was expected by nobody."""
    rows = pl.DataFrame(
        {
            "id": [str(number) for number, _ in enumerate(notes)],
            "note": pl.Series(notes, dtype=pl.String),
            "amount": "-1",
        }
    )
    return rows.with_columns(pl.lit("x").alias(name)).with_columns(
        pl.lit(1, pl.UInt32).alias("__row"),
        pl.lit(None, pl.String).alias("__text"),
        pl.lit(["r"]).alias("__rules"),
        pl.lit(UPLOAD_ID).alias("__upload"),
    )


@given(
    notes=st.lists(
        st.one_of(st.text(st.sampled_from(SIGNS), max_size=6), st.sampled_from(["NA", None])), min_size=1, max_size=6
    ),
    name=st.text(st.sampled_from(SIGNS), min_size=1, max_size=6),
)
def test_whatever_a_cell_or_a_name_holds_it_comes_back_the_same(notes: list[str | None], name: str) -> None:
    quarantine = set_aside(notes, name)
    back = read_table("a.csv", to_csv([quarantine], TYPES), CONTRACT)
    assert back.origins is not None
    assert back.origins.equals(quarantine.select("__upload", "__row"))
    assert back.text.to_dict(as_series=False) == quarantine.select("id", "note", "amount", name).to_dict(
        as_series=False
    )


def formulas(text: str, split_at: str) -> list[str]:
    """The cells a spreadsheet would run when it splits each line there: quotes and blanks before a sign hide none."""
    cells = [cell for line in re.split("[\r\n]", text) for cell in line.split(split_at)]
    bare = [cell.lstrip('" \u200b') for cell in cells]
    return [cell for cell in bare if cell[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") and cell != "-1"]


@given(notes=st.lists(st.text(st.sampled_from(SIGNS), min_size=1, max_size=6), min_size=1, max_size=6))
def test_wherever_a_spreadsheet_splits_no_cell_is_a_formula(notes: list[str]) -> None:
    text = to_csv([set_aside([note.replace(",", "") for note in notes], "=name;@b")], TYPES).decode()
    assert formulas(text, ";") == formulas(text, "\t") == []
    told = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert [cell for cell in told if cell.startswith(("\t", "\r", "\n", *"=+@\uff1d\uff0b\uff0d\uff20"))] == []


def test_two_names_that_the_guard_alone_tells_apart_are_refused() -> None:
    with pytest.raises(Rejected, match="column '=a' is in the header more than once"):
        read_table("a.csv", b"__rules,id,note,amount,=a,'=a\nr,1,a,1,x,y\n", CONTRACT)


def corrects(text: str) -> list[list[str | int | None]] | None:
    origins = read_table("b.csv", text.encode(), CONTRACT).origins
    return None if origins is None else [list(row) for row in origins.rows()]


def test_a_row_that_was_added_to_an_export_corrects_none() -> None:
    head = "__upload,__row,__rules,id,note,amount\n"
    assert corrects(f"{head}{UPLOAD_ID},7,r,1,a,1\n,,,2,b,1\nNA,NA,,3,c,1\n") == [
        [UPLOAD_ID, 7],
        [None, None],
        [None, None],
    ]
    assert corrects("__rules,id,note,amount\nr,1,a,1\n") is None


@pytest.mark.parametrize(
    ("upload", "row"), [("x", "1"), (UPLOAD_ID, "-1"), (UPLOAD_ID, "one"), (UPLOAD_ID, ""), ("", "1")]
)
def test_an_origin_that_was_never_exported_is_refused(upload: str, row: str) -> None:
    with pytest.raises(Rejected, match="row 2 says it corrects row") as caught:
        corrects(f"__upload,__row,__rules,id,note,amount\n,,,1,a,1\n{upload},{row},r,1,a,1\n")
    assert "as they were exported" in caught.value.remedy


def test_a_row_is_set_aside_until_a_correction_of_it_was_accepted() -> None:
    rows = pl.DataFrame({"__upload": ["a", "a", "b"], "__row": [1, 2, 1]})
    assert still_set_aside(rows, []).height == 3
    left = still_set_aside(rows, [rows[1:2], rows[2:3]])
    assert left.rows() == [("a", 1)]


def test_a_row_of_a_wrong_width_says_not_what_it_corrects() -> None:
    with pytest.raises(Rejected, match="row 1 has not as many values as the header"):
        corrects(f"__upload,__row,__rules,id,note,amount\n{UPLOAD_ID},1,r,1,a\n{UPLOAD_ID},2,r,1,a,1\n")
