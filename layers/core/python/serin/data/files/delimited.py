"""CSV as RFC 4180 writes it, read as text: no value is changed by reading it.

Where nothing is written, or NA without quotes, there is no value; in quotes both are texts, as databases write them.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from serin.data.files.corrections import restored
from serin.data.files.first_lines import named_by_place
from serin.data.files.header import check_columns, check_lengths, read_header
from serin.data.files.mapped_names import named_here
from serin.data.files.null_words import columns_of_words, read_texts
from serin.data.files.records import Place, Records, split_records
from serin.data.files.repeated_header import without_headers
from serin.data.files.source import Source
from serin.data.files.table import Caps, Table
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected, TooLarge
from serin.domain.printable import printable

_BOM = b"\xef\xbb\xbf"
_STEP = 1024 * 1024


class DelimitedBlocks:
    """The blocks of a CSV file, cut where a row ends; raises Rejected when made of a file with a wrong header."""

    def __init__(self, name: str, source: Source, contract: Contract, caps: Caps) -> None:
        self._name, self._source, self._caps = name, source, caps
        first, end = _first_line(name, source, caps)
        names = read_header(name, first[:end].removeprefix(_BOM), caps)
        check_columns(name, names, contract, caps, lambda: first[end + 1 :])
        self._names = named_by_place(named_here(names, contract))
        self._written = dict(zip(self._names, names, strict=True))
        self._words = columns_of_words(self._names, contract)
        self._first = Place(end + 1)
        self._places: list[Place] = []

    def __iter__(self) -> Iterator[Table]:
        self._places.clear()
        place = self._first
        while records := self._records(place):
            begun, place = place, records.next
            if place.rows > begun.rows:
                self._places.append(begun)
                table = self._table(records)
                # Whoever looks at the table needs the memory that its bytes take.
                del records
                yield table
        if not self._places:
            raise Rejected(f"{self._name}: has a header and no rows.", "Upload a file with rows.")

    def again(self, index: int) -> Table:
        records = self._records(self._places[index])
        assert records is not None
        return self._table(records)

    def _records(self, place: Place) -> Records | None:
        """The rows from here on that are looked at together; None at the end of the file."""
        size = min(self._caps.block, place.ahead or self._caps.block)
        while content := self._source.read(place.start, size):
            last = len(content) < size
            _check_text(self._name, content, place, last)
            records = split_records(self._name, content, place, len(self._names), self._caps, last)
            if records.size:
                return records
            if size >= self._caps.together:
                raise TooLarge(
                    f"{self._name}: row {place.rows + 1:,} has more than {self._caps.together:,} bytes.",
                    "End every row with a line feed; if quotes are missing, set them.",
                )
            size = min(2 * size, self._caps.together)
        return None

    def _table(self, records: Records) -> Table:
        text = self._parse(records)
        if text.height != records.numbers.len():
            raise _unreadable(self._name, f"{records.numbers.len():,} rows were found and {text.height:,} read")
        # A value is no longer than its row, and the text of all of them no longer than the block.
        if records.longest > self._caps.value:
            check_lengths(self._name, text, self._caps)
        return without_headers(restored(Table(self._name, text, records.numbers, records.ragged)), self._written)

    def _parse(self, records: Records) -> pl.DataFrame:
        if not records.numbers.len():
            return pl.DataFrame(schema=dict.fromkeys(self._names, pl.String))
        try:
            return read_texts(records.whole, self._names, self._words)
        except pl.exceptions.PolarsError as error:
            raise _unreadable(self._name, printable(str(error), 100)) from error


@dataclass(frozen=True)
class FirstLine:
    """What the first line of a CSV file says, whether it is right or wrong, and the bytes that come after it."""

    names: tuple[str, ...]
    after: bytes


def read_first_line(name: str, source: Source, caps: Caps) -> FirstLine:
    """The first line of a CSV file; raises as `DelimitedBlocks` does."""
    first, end = _first_line(name, source, caps)
    return FirstLine(read_header(name, first[:end].removeprefix(_BOM), caps), first[end + 1 :])


def _first_line(name: str, source: Source, caps: Caps) -> tuple[bytes, int]:
    """The beginning of a file, and where its first line ends."""
    first = source.read(0, caps.header + len(_BOM) + 2)
    feed = first.find(b"\n")
    end = feed if feed >= 0 else len(first)
    _check_text(name, first[:end], Place(0, feeds=0), last=True)
    return first, end


def _check_text(name: str, content: bytes, place: Place, last: bool) -> None:
    if not content.isascii():
        _check_utf8(name, content, place, last)
    zero = content.find(b"\0")
    if zero >= 0:
        raise Rejected(
            f"{name}: has a NUL character at byte {place.start + zero:,} ({_line(content, zero, place)}); "
            "text has none.",
            "Write the file as plain text in UTF-8.",
        )


def _check_utf8(name: str, content: bytes, place: Place, last: bool) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), _STEP):
        # The decoder holds back the bytes of a character that a step has cut.
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(content[start : start + _STEP], final=last and start + _STEP >= len(content))
        except UnicodeDecodeError as error:
            at = start - held + error.start
            raise Rejected(
                f"{name}: is not UTF-8 at byte {place.start + at:,} ({_line(content, at, place)}).",
                "Save the file in UTF-8.",
            ) from error


def _line(content: bytes, at: int, place: Place) -> str:
    number = place.feeds + content.count(b"\n", 0, at) + 1
    return f"line {number:,}"


def _unreadable(name: str, found: str) -> Rejected:
    return Rejected(f"{name}: its rows cannot be told apart ({found}).", "Write the file as RFC 4180 says.")
