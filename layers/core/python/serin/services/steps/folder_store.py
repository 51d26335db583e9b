"""A folder of this function's own disk as a store of objects: what pieces hand over that one process works off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp
from weakref import finalize

from serin.domain.errors import NotFound
from serin.domain.scratch import SCRATCH


class FolderStore:
    """Objects as files below a folder; where none is given it has one that goes with it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(mkdtemp(prefix=SCRATCH))
        if folder is None:
            finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def get(self, key: str) -> bytes:
        """The bytes at `key`; raises NotFound."""
        return self._there(key).read_bytes()

    def get_each(self, keys: Sequence[str]) -> Iterator[bytes]:
        """The bytes at each of these keys, in their order; raises NotFound."""
        return (self.get(key) for key in keys)

    def fetch(self, key: str, into: Path) -> None:
        """Copy the bytes at `key` into a file; raises NotFound."""
        shutil.copyfile(self._there(key), into)

    def put(self, key: str, content: bytes) -> None:
        """Write `content`."""
        file = self._folder / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def put_new(self, key: str, content: bytes) -> bool:
        """Write `content` where nothing is yet; False, with nothing written, where something is."""
        if (self._folder / key).exists():
            return False
        self.put(key, content)
        return True

    def keys(self, prefix: str) -> Sequence[str]:
        """All keys below `prefix`, sorted."""
        folder = (self._folder / prefix).parent
        files = (file for file in folder.rglob("*") if file.is_file())
        keys = (file.relative_to(self._folder).as_posix() for file in files)
        return sorted(key for key in keys if key.startswith(prefix))

    def _there(self, key: str) -> Path:
        file = self._folder / key
        if not file.is_file():
            raise NotFound(f"There is no {key}.", "Begin the training again.")
        return file
