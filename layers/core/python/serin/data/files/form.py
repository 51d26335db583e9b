"""The form of an uploaded file, whatever its rows: what kind of file it is, and how its lines end."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import BinaryIO

from serin.data.files import gunzip, parquet_layout
from serin.domain.copies import KIND_OF_FILE, LINE_ENDS

_HEADER = 256 * 1024


def form_of(content: Path) -> dict[str, str]:
    """The form of a file that has been read (`serin.data.files.reading`)."""
    with content.open("rb") as file:
        start = file.read(len(parquet_layout.MAGIC))
        file.seek(0)
        if start == parquet_layout.MAGIC:
            return {KIND_OF_FILE: "Parquet"}
        if start.startswith(gunzip.MAGIC):
            with gzip.open(file) as unpacked:
                return {KIND_OF_FILE: "gzipped CSV", LINE_ENDS: _line_ends(unpacked)}
        return {KIND_OF_FILE: "CSV", LINE_ENDS: _line_ends(file)}


def _line_ends(file: BinaryIO | gzip.GzipFile) -> str:
    return "CRLF" if file.readline(_HEADER).endswith(b"\r\n") else "LF"
