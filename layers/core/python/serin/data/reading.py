"""Reading an upload: which kind of file it is, and its rows as text."""

from __future__ import annotations

from collections.abc import Mapping

from serin.data import gunzip, parquet, parquet_layout
from serin.data.corrections import restored
from serin.data.delimited import read_delimited
from serin.data.table import CAPS, Caps, Table
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


def read_table(name: str, content: bytes, contract: Contract, caps: Caps = CAPS) -> Table:
    """The rows of an uploaded file; what it is, CSV, gzipped CSV or Parquet, is told by its content.

    Raises Rejected, with what was found and what to do, for a file that is not its dataset's: a
    column missing or there twice, not UTF-8, no rows, damaged; TooLarge for one beyond the caps. Rows that
    were exported from quarantine come back as they were (`serin.data.corrections`).
    """
    if not content:
        raise Rejected(f"{name}: is empty.", "Upload a file with a header and rows.")
    if content.startswith(gunzip.MAGIC):
        content = gunzip.gunzip(name, content, caps)
    if len(content) > caps.unpacked:
        raise TooLarge(f"{name}: is larger than {caps.unpacked:,} bytes.", "Split the file and upload each part.")
    if content.startswith(parquet_layout.MAGIC):
        return parquet.read_parquet(name, content, contract, caps)
    _refuse_containers(name, content)
    return restored(read_delimited(name, content, contract, caps))


def _refuse_containers(name: str, content: bytes) -> None:
    found = next((what for magic, what in _CONTAINERS.items() if content.startswith(magic)), None)
    if content[_TAR] == b"ustar":
        found = "a tar archive"
    if found:
        raise Rejected(f"{name}: is {found}.", "Upload CSV, gzipped CSV or Parquet.")
    if content.startswith(_UTF_16):
        raise Rejected(f"{name}: is not UTF-8 but UTF-16.", "Save the file in UTF-8.")
    if name.endswith(".parquet"):
        raise Rejected(f"{name}: is called .parquet and is no Parquet file.", "Write the file again and upload it.")
