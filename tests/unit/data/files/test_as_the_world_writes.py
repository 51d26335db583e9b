"""Files as people's programs wrote them, each with what is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import polars as pl
import pytest

from serin.bootstrap import take_zones_as_they_are
from serin.data.files.corrections import to_csv
from serin.data.files.parquet import to_parquet
from serin.data.files.reading import read_table
from serin.data.looks.inference import look_at
from serin.domain.contracts import Column, ColumnType, Contract, Rule
from serin.domain.errors import Rejected
from tests.checking import Checked, check

WRITTEN = Path(__file__).parent / "written"
PLANES: dict[str, ColumnType] = {
    "tailnum": "string",
    "year": "integer",
    "manufacturer": "string",
    "engines": "integer",
    "seats": "integer",
    "speed": "integer",
}


def contract(columns: dict[str, ColumnType], *rules: Rule) -> Contract:
    return Contract("rows", "1", tuple(Column(*column) for column in columns.items()), rules, ())


def checked(content: bytes, agreed: Contract, name: str = "rows.csv") -> Checked:
    return check(read_table(name, content, agreed), agreed)


def of_file(name: str, agreed: Contract) -> Checked:
    return checked((WRITTEN / name).read_bytes(), agreed, name)


def test_an_offset_of_hours_as_postgresql_writes_it_is_one() -> None:
    content = (
        b"shop,seen_at,created,length\n"
        b"west,2024-06-01 10:00:00+00,2024-06-01 10:00:05.123+00,11\n"
        b"west,2024-06-01 13:00:00+02,2024-06-01 13:00:05+02,12\n"
    )
    agreed = contract({"shop": "string", "seen_at": "timestamp", "created": "timestamp", "length": "integer"})
    found = checked(content, agreed)
    assert found.quarantine.is_empty()
    assert found.accepted.select("seen_at", "created").rows() == [
        (datetime(2024, 6, 1, 10, tzinfo=UTC), datetime(2024, 6, 1, 10, 0, 5, 123_000, tzinfo=UTC)),
        (datetime(2024, 6, 1, 11, tzinfo=UTC), datetime(2024, 6, 1, 11, 0, 5, tzinfo=UTC)),
    ]


def test_whole_numbers_that_a_float_column_holds_are_whole_in_csv_as_in_parquet() -> None:
    agreed = contract(PLANES, Rule("rows.year.pattern", "pattern", ("year",), "accuracy", pattern="^[0-9]{4}$"))
    content = (
        b"tailnum,year,manufacturer,engines,seats,speed\nN601AA,2004.0,EMBRAER,2.0,50.0,\nN602AA,,EMBRAER,2.0,55.0,\n"
    )
    found = [checked(content, agreed), of_file("planes-floats.parquet", agreed)]
    assert [one.accepted["year"].to_list() for one in found] == [[2004, None]] * 2
    assert [one.accepted["seats"].to_list() for one in found] == [[50, 55]] * 2


@pytest.mark.parametrize(("name", "extra"), [("planes-record.parquet", "owner"), ("planes-duration.parquet", "age")])
def test_a_column_that_the_contract_does_not_name_stops_nothing_whatever_its_type(name: str, extra: str) -> None:
    found = of_file(name, contract(PLANES))
    assert (found.accepted.height, found.quarantine.height) == (2, 0)
    assert found.warnings[f"rows.{extra}.unexpected"] == 2
    assert look_at(name, (WRITTEN / name).read_bytes()).unread == (extra,)
    with pytest.raises(Rejected, match=f"column '{extra}' holds") as caught:
        of_file(name, contract({extra: "string"}))
    assert caught.value.remedy == "Write one plain value for each row: string."


NAMED_LIKE_PATTERNS = ("*", "^n$", "^.*$", "* ")


@pytest.mark.parametrize("extra", NAMED_LIKE_PATTERNS)
@pytest.mark.parametrize("parquet", [False, True])
def test_a_column_may_be_named_like_a_pattern_of_columns_and_keeps_its_name(extra: str, *, parquet: bool) -> None:
    agreed = contract({"n": "integer", "s": "string"}, Rule("rows.n.range", "range", ("n",), "accuracy", maximum=8))
    frame = pl.DataFrame({"n": [1, 99], "s": ["NA", "x"], extra: ["NA", "y"]})
    found = checked(to_parquet(frame) if parquet else frame.write_csv(quote_style="always").encode(), agreed)
    assert found.accepted.rows() == [(1, "NA")]
    exported = to_csv([found.quarantine.with_columns(pl.lit("0" * 32).alias("__upload"))], {"n": "integer"})
    assert exported.decode().splitlines()[0].split(",") == ["__upload", "__row", "__rules", "n", "s", extra]
    again = checked(exported.replace(b"99", b"2"), agreed)
    assert (again.accepted.rows(), again.quarantine.height) == ([(2, "x")], 0)
    seen = look_at("rows", to_parquet(frame)).columns[-1]
    assert (seen.written, seen.type) == (extra, "string")


WORDS = b"id,s,n\n1,NULL,NULL\n2,\\N,\\N\n3,None,None\n4,-999,-999.0\n"
WORDS_TYPES: dict[str, ColumnType] = {"id": "integer", "s": "string", "n": "number"}


def test_a_word_for_null_is_no_number_and_is_set_aside_as_it_was_written() -> None:
    found = checked(WORDS, contract(WORDS_TYPES))
    assert found.rules == {"rows.n.type": 3}
    assert found.quarantine["n"].to_list() == ["NULL", "\\N", "None"]


def test_the_words_that_a_contract_lists_as_missing_are_no_value() -> None:
    agreed = contract(WORDS_TYPES)
    listed = ("NULL", "\\N", "None", "-999")
    columns = tuple(replace(column, missing=listed) for column in agreed.columns)
    found = checked(WORDS, replace(agreed, columns=columns))
    assert found.quarantine.is_empty()
    assert found.accepted.rows() == [(1, None, None), (2, None, None), (3, None, None), (4, None, None)]
    frame = pl.DataFrame({"id": [1, 2], "s": ["NULL", "x"], "n": [-999.0, 1.5]})
    found = checked(to_parquet(frame), replace(agreed, columns=columns))
    assert found.accepted.rows() == [(1, None, None), (2, "x", 1.5)]


def test_blanks_are_values_and_a_pattern_refuses_them() -> None:
    content = """code,n\n"   ",1\n ,2\n\u200b,3\n,4\n""".encode()
    types: dict[str, ColumnType] = {"code": "string", "n": "integer"}
    required = Rule("rows.code.required", "required", ("code",), "completeness")
    assert checked(content, contract(types, required)).accepted["n"].to_list() == [1, 2, 3]
    visible = Rule("rows.code.visible", "pattern", ("code",), "accuracy", pattern=r"[^\s\u200b]")
    assert checked(content, contract(types, required, visible)).accepted.is_empty()


@pytest.mark.parametrize("again", [b"code,name\n", b'"code",name\r\n', b'code,"name"\n'])
def test_a_second_header_is_set_aside(again: bytes) -> None:
    found = checked(
        b"code,name\nABC,x\n" + again + b"code,y\nDEF,name\n", contract({"code": "string", "name": "string"})
    )
    assert found.accepted.rows() == [("ABC", "x"), ("code", "y"), ("DEF", "name")]
    assert found.quarantine.select("__row", "__rules", "__text").rows() == [(2, ["rows.row.shape"], "code,name")]
    seen = look_at("regions.csv", b"code,name\nABC,x\n" + again + b"DEF,y\n")
    assert (seen.typed.height, seen.ragged) == (2, 1)


def test_a_second_header_is_one_in_the_files_own_names_too() -> None:
    agreed = Contract("rows", "1", (Column("code", "string", written="Code (ISO)"), Column("name", "string")), (), ())
    found = checked(b"Code (ISO),name\nABC,x\nCode (ISO),name\nDEF,y\n", agreed)
    assert found.accepted["code"].to_list() == ["ABC", "DEF"]
    assert found.quarantine.select("__row", "__text").rows() == [(2, "Code (ISO),name")]


def test_the_time_of_a_day_keeps_what_is_smaller_than_a_second() -> None:
    frame = pl.DataFrame({"at": [time(1, 2, 3), time(1, 2, 3, 5), None]})
    assert checked(to_parquet(frame), contract({"at": "string"})).accepted["at"].to_list() == [
        "01:02:03",
        "01:02:03.000005",
        None,
    ]


def test_a_number_that_stands_for_something_else_is_no_value() -> None:
    found = of_file("months-period.parquet", contract({"n": "integer"}))
    assert (found.accepted.height, found.warnings) == (2, {"rows.month.unexpected": 2})
    with pytest.raises(Rejected, match=r"column 'month' holds .*pandas\.period"):
        of_file("months-period.parquet", contract({"month": "string"}))


def test_a_zone_that_is_an_offset_is_read_or_refused_by_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    times: dict[str, ColumnType] = {"t": "timestamp", "n": "integer"}
    with monkeypatch.context() as patched:
        # Set first, so that it is gone afterwards.
        patched.setenv("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")
        patched.delenv("POLARS_IGNORE_TIMEZONE_PARSE_ERROR")
        take_zones_as_they_are()
        assert of_file("offset-zone.parquet", contract(times)).accepted.rows() == [
            (datetime(2024, 6, 1, 4, 30, tzinfo=UTC), 1)
        ]
    monkeypatch.delenv("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", raising=False)
    with pytest.raises(Rejected, match=r"has times in the zone '\+05:30'") as caught:
        of_file("offset-zone.parquet", contract({"n": "integer"}))
    assert caught.value.remedy == "Write them in UTC, or in a zone by its name, such as Europe/Paris."


def test_times_without_a_zone_are_never_guessed() -> None:
    found = of_file("athena.parquet", contract({"t": "timestamp"}))
    assert (found.accepted.height, found.rules) == (0, {"rows.t.type": 300})
    column = look_at("athena.parquet", (WRITTEN / "athena.parquet").read_bytes()).column("t")
    assert column is not None
    assert (column.type, column.time) == ("string", "local")


def test_export_correct_upload_changes_nothing_but_what_was_corrected() -> None:
    """In both kinds of file: texts that look like null, nulls, and what a spreadsheet makes of empty quotes."""
    agreed = contract(PLANES, Rule("rows.engines.range", "range", ("engines",), "accuracy", maximum=8))
    csv = (
        b"tailnum,year,manufacturer,engines,seats,speed\n"
        b'N501AA,2004,A,2,50,\nN502AA,2005,"NA",99,60,\nN503AA,2006,"",99,70,\nN504AA,,NA,99,70,\nN505AA,,,99,70,NA\n'
    )
    frame = pl.DataFrame(
        {
            "tailnum": ["N501AA", "N502AA", "N503AA", "N504AA", "N505AA"],
            "year": [2004, 2005, 2006, None, None],
            "manufacturer": ["A", "NA", "", None, None],
            "engines": [2, 99, 99, 99, 99],
            "seats": [50, 60, 70, 70, 70],
            "speed": [None] * 5,
        },
        schema_overrides={"speed": pl.Int64},
    )
    for content in (csv, to_parquet(frame)):
        quarantine = checked(content, agreed).quarantine.with_columns(pl.lit("0" * 32).alias("__upload"))
        corrected = to_csv([quarantine], PLANES).replace(b",99,", b",2,")
        for saved in (corrected, corrected.replace(b'""', b"")):
            back = checked(saved, agreed)
            assert back.quarantine.is_empty()
            assert back.accepted.rows() == frame[1:].with_columns(engines=pl.lit(2)).rows()


def test_what_was_set_aside_of_a_real_parquet_file_comes_back_whole() -> None:
    agreed = contract(PLANES, Rule("rows.engines.range", "range", ("engines",), "accuracy", maximum=8))
    quarantine = of_file("planes-na.parquet", agreed).quarantine.with_columns(pl.lit("0" * 32).alias("__upload"))
    back = checked(to_csv([quarantine], PLANES).replace(b",99,", b",2,"), agreed).accepted
    assert back.select("tailnum", "manufacturer").rows() == [("N502AA", "NA"), ("N503AA", "")]


CODES: dict[str, ColumnType] = {"code": "string"}


def test_row_groups_without_rows_are_nothing_and_a_file_of_them_has_no_rows() -> None:
    assert of_file("groups-without-rows.parquet", contract(CODES)).accepted["code"].to_list() == ["NA", "7"]
    with pytest.raises(Rejected, match="has no rows"):
        of_file("no-rows.parquet", contract(CODES))


def test_a_page_that_is_not_what_its_checksum_says_is_told() -> None:
    content = (WRITTEN / "checksums.parquet").read_bytes()
    assert checked(content, contract(CODES), "a.parquet").accepted["code"].to_list() == ["NA", "7"]
    with pytest.raises(Rejected, match="damaged on the way"):
        checked(content.replace(b"NA", b"OA", 1), contract(CODES), "a.parquet")


def test_encrypted_columns_are_told_as_what_they_are() -> None:
    with pytest.raises(Rejected, match="has encrypted columns"):
        of_file("encrypted-column.parquet", contract(CODES))


def test_bytes_and_json_are_texts_where_the_contract_says_so_and_they_are() -> None:
    assert of_file("json.parquet", contract(CODES)).accepted["code"].to_list() == ['{"a":1}', None]
    bytes_of = [to_parquet(pl.DataFrame({"code": [value, None]})) for value in ("é".encode(), b"\xff")]
    assert checked(bytes_of[0], contract(CODES), "a.parquet").accepted["code"].to_list() == ["é", None]
    with pytest.raises(Rejected, match="holds what is no text"):
        checked(bytes_of[1], contract(CODES), "a.parquet")


def test_a_text_has_no_nul_in_either_kind_of_file() -> None:
    for content in (b"code\nab\na\0b\n", to_parquet(pl.DataFrame({"code": ["ab", "a\0b"]}))):
        with pytest.raises(Rejected, match=r"NUL character (at byte 9|in row 2)"):
            checked(content, contract(CODES))


def test_empty_columns_at_the_end_of_every_line_are_extra_ones() -> None:
    found = checked(b"code,unnamed_1,,\nab,c,,\n", contract(CODES))
    assert found.accepted.rows() == [("ab",)]
    assert set(found.warnings) == {f"rows.{name}.unexpected" for name in ("unnamed_1", "unnamed__3", "unnamed__4")}
