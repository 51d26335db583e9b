"""The code that training jobs begin with, as script mode wants it: an archive whose bytes depend on nothing else."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

from infra.packaging.cache import made_once
from serin.domain.names import digest

PROGRAM = Path(__file__).with_name("job_program.py")
_ARCHIVE = "sourcedir.tar.gz"


def packed_program(cache: Path) -> Path:
    """The archive, made once."""
    content = PROGRAM.read_bytes()

    def make(out: Path) -> None:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            entry = tarfile.TarInfo(PROGRAM.name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        (out / _ARCHIVE).write_bytes(gzip.compress(buffer.getvalue(), mtime=0))

    return made_once(cache, digest("job", content), make).folder / _ARCHIVE
