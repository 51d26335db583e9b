from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import replace

import polars as pl
import pytest

from serin.data.files.reading import read_table
from serin.data.files.table import Caps, Table
from serin.data.looks.inference import look_at
from serin.domain.contracts import Column, Contract, Rule
from serin.domain.errors import Rejected, TooLarge

CONTRACT = Contract(
    "orders",
    "1.0.0",
    (Column("order_id", "integer", required=True), Column("shop", "string"), Column("amount", "number")),
    (),
    ("order_id",),
)
GOOD = b"order_id,shop,amount\n1,north,2.5\n2,south,NA\n"


def read(content: bytes, name: str = "orders.csv", **caps: int) -> Table:
    return read_table(name, content, CONTRACT, Caps(**caps))


def refusal(content: bytes, name: str = "orders.csv", **caps: int) -> str:
    with pytest.raises((Rejected, TooLarge)) as found:
        read(content, name, **caps)
    assert found.value.remedy
    return found.value.message


def test_a_csv_file_is_read_as_the_text_it_holds() -> None:
    content = b"order_id,shop,amount\n9007199254740993,007,1e999\n2,,NA\n"
    assert read(content).text.rows() == [("9007199254740993", "007", "1e999"), ("2", None, None)]


def test_quotes_commas_and_line_feeds_inside_values_are_values() -> None:
    content = b'order_id,shop,amount\n1,"a, ""b""\nc",2\n2,"",3\n'
    table = read(content)
    assert table.text.rows() == [("1", 'a, "b"\nc', "2"), ("2", "", "3")]
    assert table.numbers.to_list() == [1, 2]


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + GOOD,
        GOOD.rstrip(b"\n"),
        GOOD + b"\n\n",
        GOOD.replace(b"\n2", b"\n\n2"),
        gzip.compress(GOOD, mtime=0),
        gzip.compress(GOOD[:30], mtime=0) + gzip.compress(GOOD[30:], mtime=0),
        gzip.compress(GOOD, mtime=0) + b"\0" * 100,
    ],
    ids=["crlf", "bom", "no-last-line-feed", "blank-at-end", "blank-between", "gzip", "two-members", "padded-gzip"],
)
def test_how_a_file_is_written_makes_no_difference(content: bytes) -> None:
    table = read(content)
    assert table.text.rows() == read(GOOD).text.rows()
    assert table.numbers.to_list() == [1, 2]


def test_a_parquet_file_is_told_by_its_content_not_its_name() -> None:
    buffer = io.BytesIO()
    pl.DataFrame({"order_id": [1, 2], "shop": ["north", None], "amount": [2.5, None]}).write_parquet(buffer)
    table = read(buffer.getvalue(), "orders.csv")
    assert table.text.rows() == [("1", "north", "2.5"), ("2", None, None)]


def test_nothing_and_na_are_no_value_but_in_quotes_they_are_texts() -> None:
    content = b'order_id,shop,amount\n1,NA,1\n2,"NA",2\n3,,3\n4,"",4\n5,"a ""NA"", b",5\n'
    assert read(content).text["shop"].to_list() == [None, "NA", None, "", 'a "NA", b']


def test_na_is_a_text_without_quotes_where_the_contract_lists_it() -> None:
    rule = Rule("orders.shop.one_of", "one_of", ("shop",), "accuracy", values=("NA", "DE"))
    table = read_table(
        "orders.csv", b'order_id,shop,amount\n1,NA,NA\n2,"NA",2\n3,,3\n', replace(CONTRACT, rules=(rule,))
    )
    assert table.text["shop"].to_list() == ["NA", "NA", None]
    assert table.text["amount"].to_list() == [None, "2", "3"]


def test_an_empty_text_alone_on_its_line_is_none_for_no_program_can_write_it_otherwise() -> None:
    contract = Contract("names", "1", (Column("name", "string"),), (), ())
    assert read_table("names.csv", b'name\na\n""\n', contract).text["name"].to_list() == ["a", None]


def test_timestamps_of_a_parquet_file_keep_their_zone_and_get_none() -> None:
    at = pl.Series(["2013-01-01T10:00:00"]).str.to_datetime()
    contract = Contract("visits", "1", (Column("at", "timestamp"), Column("local", "timestamp")), (), ())
    buffer = io.BytesIO()
    pl.DataFrame({"at": at.dt.replace_time_zone("America/New_York"), "local": at}).write_parquet(buffer)
    table = read_table("visits.parquet", buffer.getvalue(), contract)
    assert table.text.rows() == [("2013-01-01T15:00:00Z", "2013-01-01T10:00:00")]


def test_a_missing_column_is_named_with_what_was_found() -> None:
    message = refusal(b"order_id,shop,price\n1,a,2\n", "2013-03.csv")
    assert message == "2013-03.csv: column 'amount' is missing; found order_id, shop, price."


def test_a_very_long_list_of_columns_is_shown_only_in_part() -> None:
    message = refusal(b",".join(b"c%d" % number for number in range(1000)) + b"\n1\n")
    assert "columns 'order_id', 'shop', 'amount' are missing" in message
    assert len(message) < 500


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "is empty"),
        (b"\n", "its first line is empty"),
        (b"Report,,\n\norder_id,shop,amount\n1,a,2\n", "its header is on line 3; the first line is 'Report'"),
        (b"sep=,\norder_id,shop,amount\n1,a,2\n", "its first line is 'sep=,', a note to a spreadsheet"),
        (b"order_id\tshop\tamount\n1\ta\t2\n", "its values are separated by tabs"),
        (b"Order_ID,SHOP, amount\n1,a,2\n", "column 'order_id' is written 'Order_ID'"),
        (b"1,a,2\n2,b,3\n", "has no header; its first line holds the value '1'"),
        (b'{"order_id": 1}\n', "is JSON, no table"),
        (b"<html>\n", "is HTML or XML, no table"),
        (b"order_id,shop,amount\n", "has a header and no rows"),
        (b"order_id,shop,amount", "has a header and no rows"),
        (b"order_id,shop,amount\n\r\n\n", "has a header and no rows"),
        (b"order_id,shop,amount,shop\n1,a,2,b\n", "column 'shop' is in the header more than once"),
        (b"order_id,shop,amount\n1,a,2\n2,caf\xe9,3\n", "is not UTF-8 at byte 32 (line 3)"),
        (GOOD.decode().encode("utf-16"), "is not UTF-8 but UTF-16"),
        (b"order_id,shop,amount\n1,a\0,2\n", "has a NUL character at byte 24 (line 2)"),
        (b"order_id,shop,amount\r1,a,2\r", "lines end with a carriage return alone"),
        (b'order_id,"shop,amount\n1,a,2\n', "a column's name in quotes does not end on the first line"),
        (b'order_id,"a"b\n1,a\n', "the header cannot be read"),
        (b'{"order_id": 1, "shop": "a"}\n{"order_id": 2, "shop": "b"}\n', "is JSON, no table"),
        (b'order_id,shop,amount\n1,a,2\n2,"b,3\n3,c,4\n', "row 2 has a quote that neither opens nor closes"),
        (b'order_id,shop,amount\n1,5" disk,2\n', "row 1 has a quote that neither opens nor closes"),
        (b"PK\x03\x04something", "is a zip archive"),
        (b"PAR1 and then nothing", "cannot be read as Parquet"),
        (gzip.compress(GOOD, mtime=0)[:-9], "the gzip data is damaged (it ends before its data does)"),
        (gzip.compress(GOOD, mtime=0)[:-8] + b"12345678", "the gzip data is damaged"),
        (gzip.compress(GOOD, mtime=0) + b"rest", "the gzip data is damaged"),
    ],
)
def test_a_file_that_is_not_its_datasets_is_refused_with_what_was_found(content: bytes, found: str) -> None:
    assert refusal(content).startswith(f"orders.csv: {found}")


@pytest.mark.parametrize(
    ("above", "line"),
    [("# source: tills", 2), ("# source: tills\n# of May, June", 3), ("#tills\n\n#2024", 4), ("Tills, of May", 2)],
)
def test_what_stands_above_a_header_is_told_in_the_same_words_before_a_contract_and_by_it(
    above: str, line: int
) -> None:
    content = f"{above}\norder_id,shop,amount\n1,a,2\n2,b,3\n".encode()
    found = f"orders.csv: its header is on line {line}; the first line is {above.splitlines()[0]!r}."
    assert refusal(content) == found
    with pytest.raises(Rejected) as caught:
        look_at("orders.csv", content)
    assert caught.value.message == found


@pytest.mark.parametrize("header", ["#order,shop", "#"])
def test_a_header_may_begin_with_the_sign_of_comments(header: str) -> None:
    rows = "".join(f"{','.join('a' * len(header.split(',')))}\n" for _ in range(3))
    assert look_at("orders.csv", f"{header}\n{rows}".encode()).rows == 3


def test_a_character_cut_by_the_readers_step_is_no_fault() -> None:
    shop = "a" + "é" * 1_000_000
    assert read(f"order_id,shop,amount\n1,{shop},2\n".encode(), value=3_000_000).text["shop"].to_list() == [shop]
    broken = f"order_id,shop,amount\n1,{shop},2\n".encode() + b"2,\xff,3\n"
    place = broken.index(b"\xff")
    assert refusal(broken) == f"orders.csv: is not UTF-8 at byte {place:,} (line 3)."


def test_a_damaged_parquet_file_is_refused() -> None:
    buffer = io.BytesIO()
    pl.DataFrame({"order_id": range(1000), "shop": ["n"] * 1000, "amount": [1.0] * 1000}).write_parquet(buffer)
    content = bytearray(buffer.getvalue())
    content[-300:-100] = bytes(200)
    assert "cannot be read as Parquet" in refusal(bytes(content))
    assert "cannot be read as Parquet" in refusal(buffer.getvalue()[:-20])


def test_a_parquet_column_of_lists_is_refused_by_name() -> None:
    buffer = io.BytesIO()
    pl.DataFrame({"order_id": [1], "shop": [["a", "b"]], "amount": [1.0]}).write_parquet(buffer)
    assert "column 'shop' holds lists or records" in refusal(buffer.getvalue())


def test_a_file_called_parquet_that_is_none_is_refused() -> None:
    assert "is called .parquet and is no Parquet file" in refusal(GOOD, "orders.parquet")


def test_a_gzip_bomb_is_refused_while_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(bytes(50_000_000), mtime=0)
    assert len(bomb) < 60_000
    unpacked = []
    real = zlib.decompressobj

    class Counting:
        def __init__(self, wbits: int) -> None:
            self.inner = real(wbits=wbits)

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

        def decompress(self, data: bytes, limit: int) -> bytes:
            unpacked.append(self.inner.decompress(data, limit))
            return unpacked[-1]

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    assert "unpacks to more than 3,000,000 bytes" in refusal(bomb, unpacked=3_000_000)
    assert 3_000_000 < sum(map(len, unpacked)) < 5_000_000


def test_more_columns_rows_or_header_bytes_than_the_caps_are_refused() -> None:
    assert "has 3 columns; 2 are allowed" in refusal(GOOD, columns=2)
    assert "has more than 1 rows" in refusal(GOOD, rows=1)
    assert "the header is longer than 10 bytes" in refusal(GOOD, header=10)
    assert "6 values and 20 bytes can be" in refusal(GOOD, values=6, together=20)
    assert "3 values and" in refusal(GOOD, values=3)
    buffer = io.BytesIO()
    pl.DataFrame({"order_id": [1, 2], "shop": ["a", "b"], "amount": [1.0, 2.0]}).write_parquet(buffer)
    assert "has 2 rows; 1 are allowed" in refusal(buffer.getvalue(), rows=1)
    assert "has 3 columns; 2 are allowed" in refusal(buffer.getvalue(), columns=2)


def test_a_million_columns_are_refused_at_once() -> None:
    header = b",".join(b"c%d" % number for number in range(1_000_000))
    assert "the header is longer than 65,536 bytes" in refusal(header + b"\n" + header)


def test_rows_of_the_wrong_width_are_set_aside_whole() -> None:
    content = b'order_id,shop,amount\n1,a,2\n2,b\n\n3,"c,c",4,5\n4,"d,d",6\n'
    table = read(content)
    assert table.text.rows() == [("1", "a", "2"), ("4", "d,d", "6")]
    assert table.numbers.to_list() == [1, 4]
    assert table.ragged.rows() == [(2, "2,b"), (3, '3,"c,c",4,5')]
    assert table.rows == 4


def test_a_row_too_long_does_not_hide_behind_one_too_short() -> None:
    table = read(b"order_id,shop,amount\n1,a\n2,b,3,4\n")
    assert table.text.height == 0
    assert table.ragged.rows() == [(1, "1,a"), (2, "2,b,3,4")]
