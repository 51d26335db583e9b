from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress

import polars as pl
import pytest

from serin.data.files.parquet_layout import Layout, read_layout
from serin.data.files.reading import read_table
from serin.data.files.table import Caps
from serin.data.files.thrift import read_struct
from serin.domain.contracts import Column, Contract
from serin.domain.errors import Rejected, SerinError, TooLarge
from tests import parquet_bombs as bombs

YEARS = Contract("years", "1", (Column("year", "integer"),), (), ())
ROWS = 5_000
FRAME = pl.DataFrame(
    {
        "whole": range(ROWS),
        "text": [f"text {number}" for number in range(ROWS)],
        "word": ["a", None] * (ROWS // 2),
        "real": [number / 3 for number in range(ROWS)],
        "yes": [True, False] * (ROWS // 2),
        "nothing": [None] * ROWS,
    }
)


def written(**how: object) -> bytes:
    buffer = io.BytesIO()
    FRAME.write_parquet(buffer, **how)  # type: ignore[arg-type]
    return buffer.getvalue()


def refusal(content: bytes, **caps: int) -> SerinError:
    with pytest.raises((Rejected, TooLarge)) as found:
        read_table("years.parquet", content, YEARS, Caps(**caps))
    assert found.value.remedy
    return found.value


@pytest.mark.parametrize("compression", ["zstd", "snappy", "gzip", "lz4", "brotli", "uncompressed"])
def test_what_honest_writers_write_is_read(compression: str) -> None:
    names = tuple(FRAME.columns)
    assert read_layout("a", written(compression=compression), Caps()) == Layout(names, ROWS)
    pieces = written(compression=compression, row_group_size=500, data_page_size=500)
    assert read_layout("a", pieces, Caps()) == Layout(names, ROWS)


def test_a_file_written_by_hand_is_read_so_that_the_bombs_are_refused_for_what_they_are() -> None:
    assert read_table("years.parquet", bombs.honest(), YEARS).text["year"].to_list() == ["7"] * 10


@pytest.mark.parametrize(
    ("bomb", "found"),
    [
        pytest.param(bombs.page_that_unpacks_to_a_gibibyte, "unpacks to more than", marks=pytest.mark.slow),
        (bombs.billions_of_rows, "has 2,147,483,647 rows"),
        (bombs.footer_that_hides_billions_of_rows, "its pages do not hold the rows that its footer says"),
        (bombs.dictionary_that_says_it_is_huge, "a dictionary has more values than bytes"),
        (bombs.one_text_meant_a_million_times, "holds 60,000,000,000 bytes of text"),
        pytest.param(bombs.nested, "100,001 columns", marks=pytest.mark.slow),
        (lambda: bombs.nested(100), "a column is nested more than 32 deep"),
    ],
)
def test_a_bomb_is_refused_for_what_it_is(bomb: Callable[[], bytes], found: str) -> None:
    assert found in refusal(bomb()).message


@pytest.mark.slow
def test_a_page_that_holds_more_than_it_says_is_never_unpacked_further() -> None:
    """The decoder has room for what the page's header says and stops there."""
    assert read_table("years.parquet", bombs.page_that_lies_about_its_size(), YEARS).rows == 10


@pytest.mark.parametrize(
    ("caps", "found"),
    [
        ({"rows": 9}, "has 10 rows; 9 are allowed"),
        ({"values": 9}, "9 values and"),
        ({"metadata": 20}, "its footer has"),
        ({"header": 3}, "its column names are longer than 3 bytes"),
        ({"columns": 0}, "has 1 columns; 0 are allowed"),
        ({"pages": 0}, "has more than 0 pages"),
    ],
)
def test_each_cap_is_refused_by_its_numbers(caps: dict[str, int], found: str) -> None:
    error = refusal(bombs.honest(), **caps)
    assert error.kind == "too_large"
    assert found in error.message


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_a_footer_of_any_bytes_is_refused_or_read(place: int) -> None:
    content = bytearray(bombs.honest())
    for value in (0, 127, 128, 255):
        changed = bytes([*content[: -9 - place], value, *content[-8 - place :]])
        with suppress(Rejected, TooLarge):
            assert read_table("years.parquet", changed, YEARS).rows == 10


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "ends too early"),
        (b"\x15", "ends too early"),
        (b"\x15" + b"\xff" * 11, "more than 64 bits"),
        (b"\x18\x7fabc", "ends too early"),
        (b"\x19\xf5\xff\xff\xff\xff\x07", "a list longer than itself"),
        (b"\x1c" * 100, "nested too deeply"),
        (b"\x19\x19" * 100, "nested too deeply"),
        (b"\x1b\x00", "a field of the kind 11"),
    ],
)
def test_metadata_that_is_none_is_a_value_error(content: bytes, found: str) -> None:
    with pytest.raises(ValueError, match=found):
        read_struct(memoryview(content))
