"""Folders that are made once: the same hash is the same content, whoever made it and when."""

from __future__ import annotations

import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from serin.domain.names import digest

RECIPE = "2"
"""Raise it when the same sources give another asset: it is made and uploaded again."""
_CONTENT = "content"
_SIZE = "bytes"


@dataclass(frozen=True)
class Asset:
    """A folder that never changes; `size` is what Lambda counts, its unzipped bytes."""

    folder: Path
    hash: str
    size: int


def made_once(cache: Path, hash: str, make: Callable[[Path], None]) -> Asset:
    """The asset made of what `hash` names; `make` fills an empty folder when nobody has made it before.

    Everybody may read it, whatever the umask of who makes it: Lambda runs code as a user of its own, with the modes
    that were uploaded.

    Two processes may make the same asset at once: each works in a folder of its own and the
    rename decides, so nobody ever sees half an asset.
    """
    named = digest(RECIPE, hash)
    place = cache / named
    if not place.is_dir():
        _make(cache, place, make)
    return Asset(place / _CONTENT, named, int((place / _SIZE).read_text()))


def _make(cache: Path, place: Path, make: Callable[[Path], None]) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".making-", ignore_cleanup_errors=True) as scratch:
        half_made = Path(scratch) / "asset"
        content = half_made / _CONTENT
        content.mkdir(parents=True)
        make(content)
        _open_to_all(content)
        (half_made / _SIZE).write_text(str(size_of(content)))
        try:
            half_made.rename(place)
        except OSError:
            # Somebody else was faster; theirs is the same.
            if not place.is_dir():
                raise


def _open_to_all(content: Path) -> None:
    for path in (content, *content.rglob("*")):
        if path.is_symlink():
            continue
        may_run = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if may_run else 0o644)


def files_below(folder: Path) -> list[Path]:
    """The files of a source folder in a fixed order, without what interpreters leave behind."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in paths if "__pycache__" not in path.parts and path.suffix != ".pyc")


def digest_of(folder: Path, without: Path | None = None) -> str:
    """Names the content of a source folder, but for what lies `without`: paths and bytes."""
    files = [path for path in files_below(folder) if without not in path.parents]
    return digest(*(part for path in files for part in (path.relative_to(folder).as_posix(), path.read_bytes())))


def copy_sources(folder: Path, out: Path) -> None:
    """Copy the files of a source folder."""
    for path in files_below(folder):
        place = out / path.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)


def size_of(folder: Path) -> int:
    """The bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
