"""A file that is too large for one upload, as pieces of whole rows that each have the header."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from serin.data.files.gunzip import MAGIC, Unpacked
from serin.data.files.parquet_layout import MAGIC as PARQUET
from serin.data.files.source import Plain, Source
from serin.data.files.splitting import cuts, header_of
from serin.data.files.table import Caps
from serin.domain.errors import Invalid

LARGEST = 10**9
_STEP = 2**20


def written_pieces(file: Path, folder: Path, most: int = LARGEST) -> Iterator[Path]:
    """Each piece in turn, written into the folder; a gzipped file's are not packed."""
    stem = file.name.removesuffix(".gz").removesuffix(".csv")
    with ExitStack() as opened:
        content = opened.enter_context(file.open("rb"))
        source: Source = Plain(content)
        if source.read(0, len(MAGIC)) == MAGIC:
            source = opened.enter_context(Unpacked(file.name, content, Caps(unpacked=2**63)))
        if source.read(0, len(PARQUET)) == PARQUET:
            raise Invalid(f"{file.name}: is Parquet, which cannot be cut.", "Write it as several files.", "file")
        header = header_of(file.name, source)
        for number, piece in enumerate(cuts(file.name, source, most), start=1):
            made = folder / f"{stem}-{number:03}.csv"
            with made.open("wb") as into:
                into.write(header)
                for start in range(piece.start, piece.stop, _STEP):
                    into.write(source.read(start, min(_STEP, piece.stop - start)))
            yield made
            made.unlink()
