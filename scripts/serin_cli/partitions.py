"""Files of a hive-partitioned folder as CSV: what a folder's name says of its rows is written at the end of each."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from serin.data.files.first_lines import refuse_other_text
from serin.data.files.reading import first_line
from serin.domain.errors import Invalid

_GZIP = b"\x1f\x8b"


def with_values(file: Path, values: Mapping[str, str | None], into: Path) -> None:
    """Write the CSV file, packed or not, with a column more for each of the values that its header does not name.

    Rows stay as they are, quotes and line ends too, for they mean something. Raises Rejected for what is no CSV, in the
    words that an upload of the file itself would have.
    """
    first = first_line(file.name, file)
    assert first is not None
    refuse_other_text(file.name, first.names, first.after)
    more = {name: value for name, value in values.items() if name not in first.names}
    with _opened(file) as source, into.open("wb") as sink:
        rows = _rows(source)
        header = next(rows, b"")
        sink.write(_longer(header, list(more)))
        for row in rows:
            sink.write(_longer(row, list(more.values())))


def together(files: Sequence[Path], into: Path) -> Path:
    """CSV files with one header as one; Invalid where their headers differ."""
    header = None
    with into.open("wb") as sink:
        for file in files:
            with file.open("rb") as source:
                rows = _rows(source)
                first = next(rows, b"").rstrip(b"\r\n")
                if header is None:
                    sink.write(first + b"\n")
                elif first != header:
                    raise Invalid(f"{file.name} has another header than {files[0].name}.", "Name one of the files.")
                header = first
                sink.writelines(row if row.endswith(b"\n") else row + b"\n" for row in rows)
    return into


def _opened(file: Path) -> IO[bytes]:
    with file.open("rb") as content:
        packed = content.read(2) == _GZIP
    return gzip.open(file, "rb") if packed else file.open("rb")  # type: ignore[return-value]


def _rows(source: IO[bytes]) -> Iterator[bytes]:
    """The rows of a CSV file with their line ends; a line end in quotes ends none."""
    lines: list[bytes] = []
    quoted = False
    for line in source:
        lines.append(line)
        # Counted once a line: where a quote never ends, the rest of the file is one row.
        quoted ^= line.count(b'"') % 2 == 1
        if not quoted:
            yield b"".join(lines)
            lines = []
    if lines:
        yield b"".join(lines)


def _longer(row: bytes, values: Sequence[str | None]) -> bytes:
    text = row.rstrip(b"\r\n")
    return row if not text else b",".join([text, *map(_cell, values)]) + (row[len(text) :] or b"\n")


def _cell(value: str | None) -> bytes:
    """In quotes where it would be read otherwise, or as none."""
    if value is None:
        return b""
    quoted = '"' + value.replace('"', '""') + '"'
    return (quoted if value in ("", "NA") or any(sign in value for sign in ',"\r\n') else value).encode()
