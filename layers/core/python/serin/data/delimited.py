"""CSV as RFC 4180 writes it, read as text: no value is changed by reading it."""

from __future__ import annotations

import codecs

import polars as pl

from serin.data.header import check_columns, check_lengths, read_header
from serin.data.records import Records, split_records
from serin.data.table import Caps, Table
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected
from serin.domain.printable import printable

NULLS = ("", "NA")
_BOM = b"\xef\xbb\xbf"
_STEP = 1024 * 1024


def read_delimited(name: str, content: bytes, contract: Contract, caps: Caps) -> Table:
    """The file as text, every row accounted for; raises Rejected."""
    _check_text(name, content)
    feed = content.find(b"\n", 0, caps.header + len(_BOM) + 2)
    end = feed if feed >= 0 else min(len(content), caps.header + len(_BOM) + 2)
    names = read_header(name, content[:end].removeprefix(_BOM), caps)
    check_columns(name, names, contract, caps)
    records = split_records(name, content, min(end + 1, len(content)), len(names), caps)
    if not records.numbers.len() and not records.ragged.height:
        raise Rejected(f"{name}: has a header and no rows.", "Upload a file with rows.")
    text = _parse(name, records, names)
    if text.height != records.numbers.len():
        raise _unreadable(name, f"{records.numbers.len():,} rows were found and {text.height:,} read")
    # A value is no longer than its row, and the text of all of them no longer than the file.
    if records.longest > caps.value:
        check_lengths(name, text, caps)
    return Table(name, text, records.numbers, records.ragged, NULLS)


def _check_text(name: str, content: bytes) -> None:
    if not content.isascii():
        _check_utf8(name, content)
    zero = content.find(b"\0")
    if zero >= 0:
        raise Rejected(
            f"{name}: has a NUL character at byte {zero:,} ({_line(content, zero)}); text has none.",
            "Write the file as plain text in UTF-8.",
        )


def _check_utf8(name: str, content: bytes) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), _STEP):
        # The decoder holds back the bytes of a character that a step has cut.
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(content[start : start + _STEP], final=start + _STEP >= len(content))
        except UnicodeDecodeError as error:
            place = start - held + error.start
            raise Rejected(
                f"{name}: is not UTF-8 at byte {place:,} ({_line(content, place)}).", "Save the file in UTF-8."
            ) from error


def _line(content: bytes, place: int) -> str:
    number = content.count(b"\n", 0, place) + 1
    return f"line {number:,}"


def _parse(name: str, records: Records, names: tuple[str, ...]) -> pl.DataFrame:
    schema = dict.fromkeys(names, pl.String)
    if not records.numbers.len():
        return pl.DataFrame(schema=schema)
    try:
        return pl.read_csv(
            records.whole, has_header=False, skip_lines=records.skip, schema=schema, empty_string_is_null=False
        )
    except pl.exceptions.PolarsError as error:
        raise _unreadable(name, printable(str(error), 100)) from error


def _unreadable(name: str, found: str) -> Rejected:
    return Rejected(f"{name}: its rows cannot be told apart ({found}).", "Write the file as RFC 4180 says.")
