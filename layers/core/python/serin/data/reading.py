"""Reading an upload: which kind of file it is, and its rows as text."""

from __future__ import annotations

from serin.data import gunzip, parquet
from serin.data.delimited import read_delimited
from serin.data.table import CAPS, Caps, Table
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected

_ZIP = b"PK\x03\x04"


def read_table(name: str, content: bytes, contract: Contract, caps: Caps = CAPS) -> Table:
    """The rows of an uploaded file; what it is, CSV, gzipped CSV or Parquet, is told by its content.

    Raises Rejected, with what was found and what to do, for a file that is not its dataset's:
    a column missing or there twice, not UTF-8, no rows, damaged, larger than the caps.
    """
    if not content:
        raise Rejected(f"{name}: is empty.", "Upload a file with a header and rows.")
    if content.startswith(gunzip.MAGIC):
        content = gunzip.gunzip(name, content, caps)
    if len(content) > caps.decompressed:
        raise Rejected(f"{name}: is larger than {caps.decompressed:,} bytes.", "Split the file and upload each part.")
    if content.startswith(parquet.MAGIC):
        return parquet.read_parquet(name, content, contract, caps)
    if name.endswith(".parquet"):
        raise Rejected(f"{name}: is called .parquet and is no Parquet file.", "Write the file again and upload it.")
    if content.startswith(_ZIP):
        raise Rejected(f"{name}: is a zip archive.", "Upload CSV, gzipped CSV or Parquet.")
    return read_delimited(name, content, contract, caps)
