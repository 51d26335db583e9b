"""Reading an upload: which kind of file it is, and its rows as text."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from serin.data.files import gunzip, parquet, parquet_layout
from serin.data.files.delimited import DelimitedBlocks, FirstLine, read_first_line
from serin.data.files.source import Plain, Source
from serin.data.files.table import CAPS, Blocks, Caps, Table
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected, TooLarge

# Told by their first bytes, because a name says what somebody wanted and not what is there.
_CONTAINERS: Mapping[bytes, str] = {
    b"PK\x03\x04": "a zip archive (or an Excel workbook)",
    b"PK\x05\x06": "an empty zip archive",
    b"PK\x07\x08": "a zip archive in pieces",
    b"\x1f\x8b": "gzip inside gzip",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ\x00": "xz data",
    b"\x28\xb5\x2f\xfd": "zstd data",
    b"\x04\x22\x4d\x18": "lz4 data",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a rar archive",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"%PDF-": "a PDF document",
    b"PARE": "an encrypted Parquet file",
    b"ARROW1": "an Arrow file",
    b"Obj\x01": "an Avro file",
    b"ORC": "an ORC file",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x89HDF": "an HDF5 file",
}
_TAR = slice(257, 262)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def opened(name: str, content: Path | bytes, contract: Contract, caps: Caps = CAPS) -> Iterator[Blocks]:
    """The rows of an uploaded file; what it is, CSV, gzipped CSV or Parquet, is told by its content.

    Raises Rejected, with what was found and what to do, for a file that is not its dataset's: a
    column missing or there twice, not UTF-8, no rows, damaged; TooLarge for one beyond the caps. Either may come
    only when the blocks are read. Rows that were exported from quarantine come back as they were
    (`serin.data.files.corrections`).
    """
    with _text_of(name, content, caps) as source:
        if source is None:
            yield parquet.ParquetBlocks(name, content, contract, caps)
        else:
            yield DelimitedBlocks(name, source, contract, caps)


def first_line(name: str, content: Path | bytes, caps: Caps = CAPS) -> FirstLine | None:
    """The first line of a CSV file, None for Parquet; raises as `opened` does for other kinds of file."""
    with _text_of(name, content, caps) as source:
        return None if source is None else read_first_line(name, source, caps)


@contextmanager
def _text_of(name: str, content: Path | bytes, caps: Caps) -> Iterator[Source | None]:
    """The text of a file, unpacked; None where it is Parquet."""
    with ExitStack() as opened:
        file: BinaryIO = io.BytesIO(content) if isinstance(content, bytes) else opened.enter_context(content.open("rb"))
        source: Source = Plain(file)
        if source.read(0, len(gunzip.MAGIC)) == gunzip.MAGIC:
            source = opened.enter_context(gunzip.Unpacked(name, file, caps))
            _refuse_parquet_inside(name, source)
        start = source.read(0, _TAR.stop)
        if not start:
            raise Rejected(f"{name}: is empty.", "Upload a file with a header and rows.")
        if start.startswith(parquet_layout.MAGIC):
            yield None
        else:
            _refuse_containers(name, start)
            yield source


def read_table(name: str, content: bytes, contract: Contract, caps: Caps = CAPS) -> Table:
    """All rows of a file that is small enough to be looked at together; raises what `opened` does."""
    with opened(name, content, contract, replace(caps, block=caps.together)) as blocks:
        first, *more = blocks
    if more:
        raise TooLarge(
            f"{name}: is too large to be looked at together; "
            f"{caps.values:,} values and {caps.together:,} bytes can be.",
            "Take a part of the file, with its header.",
        )
    return first


def _refuse_parquet_inside(name: str, source: Source) -> None:
    if source.read(0, len(parquet_layout.MAGIC)) == parquet_layout.MAGIC:
        raise Rejected(f"{name}: is gzipped Parquet.", "Upload the Parquet file itself; it is packed already.")


def container(content: bytes) -> str | None:
    """What a file is that begins so, where it is something else than text or Parquet."""
    if content[_TAR] == b"ustar":
        return "a tar archive"
    return next((what for magic, what in _CONTAINERS.items() if content.startswith(magic)), None)


def _refuse_containers(name: str, content: bytes) -> None:
    if found := container(content):
        raise Rejected(f"{name}: is {found}.", "Upload CSV, gzipped CSV or Parquet.")
    if content.startswith(_UTF_16):
        raise Rejected(f"{name}: is not UTF-8 but UTF-16.", "Save the file in UTF-8.")
    if name.endswith(".parquet"):
        raise Rejected(f"{name}: is called .parquet and is no Parquet file.", "Write the file again and upload it.")
