"""Files nobody should be able to harm the platform with, as uploads of flights, and what becomes of each."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from tests import parquet_bombs as bombs

ROW = {
    **{"year": "2013", "month": "1", "day": "1", "dep_time": "517", "sched_dep_time": "515", "dep_delay": "2"},
    **{"arr_time": "830", "sched_arr_time": "819", "arr_delay": "11", "carrier": "UA", "flight": "1545"},
    **{"tailnum": "N14228", "origin": "EWR", "dest": "IAH", "air_time": "227", "distance": "1400"},
    **{"hour": "5", "minute": "15", "time_hour": "2013-01-01T10:00:00Z"},
}
HEADER = ",".join(ROW).encode() + b"\n"


@dataclass(frozen=True)
class Hostile:
    """A file, and how it ends: refused for a reason that holds `found`, or so many rows accepted and set aside."""

    name: str
    content: Callable[[], bytes]
    found: str = ""
    accepted: int = 0
    quarantined: int = 0


def row(flight: object = 1545, **values: str) -> bytes:
    """A good row, but for what is said otherwise."""
    return ",".join((ROW | {"flight": str(flight)} | values).values()).encode() + b"\n"


GOOD = row(1)
LARGEST = 600_000


def _csv(*rows: bytes, header: bytes = HEADER) -> Callable[[], bytes]:
    return lambda: header + b"".join(rows)


def _refused(name: str, found: str, content: Callable[[], bytes] | bytes) -> Hostile:
    return Hostile(name, content if callable(content) else lambda: content, found)


def _sorted_out(name: str, accepted: int, quarantined: int, content: Callable[[], bytes]) -> Hostile:
    return Hostile(name, content, "", accepted, quarantined)


def _zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("flights.csv", bytes(50_000_000))
    return buffer.getvalue()


def _gzip_of_rows() -> bytes:
    """A bomb that looks like a good file for as long as anybody reads it."""
    return b"".join(gzip.compress(part, 1) for part in (HEADER, *[GOOD * 100_000] * 40))


def _wide(rows: int) -> bytes:
    header = HEADER.rstrip() + b"," + b",".join(b"c%d" % number for number in range(1981)) + b"\n"
    return header + (row(1).rstrip() + b"," * 1981 + b"\n") * rows


def honest(rows: int, note: bytes = b"") -> bytes:
    """So many good rows, no two alike, each with a note."""
    form = row(1).rstrip().replace(b"UA,1,", b"UA,%d,").replace(b"01T10", b"%02dT%02d") + b"," + note + b"\n"
    numbered = (form % (n % 9998 + 1, n // 9998 // 24 + 1, n // 9998 % 24) for n in range(rows))
    return HEADER.rstrip() + b",note\n" + b"".join(numbered)


def _parquet() -> bytes:
    buffer = io.BytesIO()
    columns: dict[str, list[str]] = {name: [] for name in ROW}
    for number in range(1000):
        for name, text in zip(ROW, row(number + 1).decode().strip().split(","), strict=True):
            columns[name].append(text)
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


SMALL = [
    _refused("missing-column.csv", "column 'dest' is missing", lambda: HEADER.replace(b",dest", b"") + GOOD),
    _sorted_out("mixed-types.csv", 1, 2, _csv(GOOD, row(2, year="x"), row(3, time_hour="yesterday"))),
    _refused("latin-1.csv", "is not UTF-8", _csv(row(1, tailnum="Nü").decode().encode("latin-1"))),
    _refused("utf-16.csv", "UTF-16", lambda: (HEADER + GOOD).decode().encode("utf-16")),
    _sorted_out("utf-8-bom.csv", 1, 0, lambda: b"\xef\xbb\xbf" + HEADER + GOOD),
    _refused("empty.csv", "is empty", b""),
    _refused("header-only.csv", "no rows", HEADER),
    _refused("header-of-a-megabyte.csv", "header is longer", lambda: b"x" * 1_000_000 + b"\n" + GOOD),
    _refused("a-million-columns.csv", "header is longer", lambda: b",".join([b"c"] * 1_000_000) + b"\n"),
    _refused("three-thousand-columns.csv", "3,000 columns", lambda: b",".join([b"c"] * 3000) + b"\n"),
    _refused("truncated.csv.gz", "gzip data is damaged", lambda: gzip.compress(HEADER + GOOD)[:-9]),
    _refused("gzip-in-gzip.csv.gz", "gzip inside gzip", lambda: gzip.compress(gzip.compress(HEADER + GOOD))),
    _refused("zip-bomb.zip", "zip archive", _zip_bomb),
    _refused("truncated.parquet", "cannot be read as Parquet", lambda: _parquet()[:-20]),
    _refused("cut-open.parquet", "cannot be read as Parquet", lambda: _parquet()[:3000] + _parquet()[-3000:]),
    _refused("nested.parquet", "a column is nested more than 32 deep", lambda: bombs.nested(1000)),
    _refused("deeply-nested.parquet", "columns", bombs.nested),
    _refused("billions-of-rows.parquet", "2,147,483,647 rows", bombs.billions_of_rows),
    _refused("hidden-rows.parquet", "do not hold the rows", bombs.footer_that_hides_billions_of_rows),
    _refused("dictionary.parquet", "more values than bytes", bombs.dictionary_that_says_it_is_huge),
    _sorted_out("formulas.csv", 1, 1, _csv(GOOD, row(2, tailnum="=cmd|' /C calc'!A0"))),
    _refused("nul.csv", "NUL character", _csv(row(1, tailnum="N\0"))),
    _sorted_out("not-exact.csv", 1, 2, _csv(GOOD, row(2**53 + 1), row(2**64))),
    _sorted_out(
        *("not-finite.csv", 1, 3),
        _csv(GOOD, row(2, distance="1e999"), row(3, distance="inf"), row(4, distance="NaN")),
    ),
    _sorted_out("quoted-newlines.csv", 1, 1, _csv(row(1, tailnum='"N1\n2"'), row(2, dest='"I\n""AH"'))),
    _refused("unbalanced-quotes.csv", "row 2 has a quote", _csv(GOOD, row(2, tailnum='"N1'), row(3))),
    _sorted_out("two-headers.csv", 1, 1, _csv(HEADER, GOOD)),
    _refused("column-twice.csv", "more than once", lambda: HEADER.replace(b"hour,", b"year,", 1) + GOOD),
    _refused("column-of-two-lines.csv", "does not end on the first line", lambda: b'"ye\nar",' + HEADER + GOOD),
    _sorted_out("column-with-an-escape.csv", 1, 0, lambda: HEADER.rstrip() + b",\x1b[31m\n" + GOOD.rstrip() + b",1\n"),
    _sorted_out("wrong-widths.csv", 1, 2, _csv(GOOD, GOOD.rstrip() + b",1\n", b"2013,1\n")),
    _sorted_out("crlf.csv", 1, 0, lambda: (HEADER + GOOD).replace(b"\n", b"\r\n")),
    _refused("cr.csv", "carriage return", lambda: (HEADER + GOOD).replace(b"\n", b"\r")),
    _refused("long-value.csv", "value of 100,000 bytes", _csv(row(1, tailnum="N" * 100_000))),
]
BOMBS = [
    _refused("bomb.csv.gz", "NUL character", lambda: bombs.gzipped_zeros(2**30)),
    _refused("bomb-of-rows.csv.gz", "can be compared", _gzip_of_rows),
    _refused("bomb.parquet", "unpacks to more than", bombs.page_that_unpacks_to_a_gibibyte),
    _refused("lying-page.parquet", "missing", bombs.page_that_lies_about_its_size),
    _refused("one-text.parquet", "missing", bombs.one_text_meant_a_million_times),
    _refused("no-line-feed.csv", "header is longer", lambda: b"x" * 100_000_000),
    _refused("one-line.csv", "row 1 has 100,000,000 bytes", lambda: HEADER + b"x" * 100_000_000),
    _refused("one-value.csv", "value of 100,000,000 bytes", lambda: HEADER + row(1, tailnum=f'"{"x" * 100_000_000}"')),
    _refused("blank-lines.csv", "rows", lambda: HEADER + b"\n" * 100_000_000),
    _refused("commas.csv", "row 1", lambda: HEADER + b"," * 100_000_000),
    _refused("quotes.csv", "quote", lambda: HEADER + b'"' * 99_999_999),
    _refused("ragged.csv", "can be set aside", lambda: HEADER + b"1\n" * 4_900_000),
    _refused("too-many-equal-values.csv", "6,000 can be compared", lambda: _wide(12_000)),
    Hostile("wide.csv", lambda: _wide(5_990), "", 1, 5_989),
    # Eight blocks, each as large as one may be: every row is good, so everything is done with each.
    Hostile("largest.csv", lambda: honest(LARGEST, b"x" * 300), "", LARGEST, 0),
]
THROUGH = [bomb for bomb in BOMBS if bomb.name in ("bomb.parquet", "largest.csv")]
"""What is refused early and what takes most: these go through the deployed function, the others through its service."""
NAMES = [
    "raw/flights/../../secret.csv",
    "raw/flights/..%2f..%2fsecret.csv",
    "raw/flights/a%00.csv",
    "raw/flights/\u0430pril.csv",
    "raw/flights/a b\u202ecsv.exe",
    "raw/flights/line\nfeed.csv",
    f"raw/flights/{'a' * 900}.csv",
    "raw/Flights/a.csv",
    "raw/flights/deeper/a.csv",
    "raw/unheard-of/a.csv",
    "raw//a.csv",
]
