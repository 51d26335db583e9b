"""Files on their way between a bucket and this function's own disk, whatever their size."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from serin.domain.names import Pieces, digest
from serin.ports import ObjectStore

_PIECE = 1024 * 1024


@contextmanager
def pieces_of(file: Path) -> Iterator[Pieces]:
    """A file's bytes, of which one piece at a time is in memory."""
    with file.open("rb") as content:
        yield Pieces(os.fstat(content.fileno()).st_size, iter(lambda: content.read(_PIECE), b""))


def put_by_content(store: ObjectStore, folder: str, file: Path | None, kind: str = "parquet") -> str | None:
    """Write a file under a name made of its content, so that writing it again changes nothing; its key."""
    if file is None:
        return None
    with pieces_of(file) as content:
        key = f"{folder}/{digest(content)[:32]}.{kind}"
    store.put_file(key, file)
    return key
