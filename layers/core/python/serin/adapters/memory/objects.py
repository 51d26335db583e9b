"""A bucket in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from serin.domain.errors import NotFound
from serin.ports import ObjectContent


class MemoryObjectStore:
    """A versioned bucket: every put of other content makes a version."""

    def __init__(self) -> None:
        self._versions: dict[str, list[bytes]] = {}

    def get(self, key: str, version_id: str | None = None) -> bytes:
        versions = self._versions.get(key)
        number = len(versions or ()) if version_id is None else int(version_id)
        if not versions or not 1 <= number <= len(versions):
            raise NotFound(f"There is no object {key!r}.", "Check the key and the version.")
        return versions[number - 1]

    def get_each(self, keys: Sequence[str]) -> Iterator[bytes]:
        return (self.get(key) for key in keys)

    def fetch(self, key: str, into: Path, version_id: str | None = None) -> None:
        into.write_bytes(self.get(key, version_id))

    def put(self, key: str, content: bytes) -> None:
        versions = self._versions.setdefault(key, [])
        if not versions or versions[-1] != content:
            versions.append(content)

    def put_version(self, key: str, content: bytes) -> str:
        """Write a version of its own whatever was there before, as a copy made by S3 does; its id."""
        versions = self._versions.setdefault(key, [])
        versions.append(content)
        return str(len(versions))

    def about(self, key: str) -> ObjectContent:
        content = self.get(key)
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return ObjectContent(etag, str(len(self._versions[key])), len(content))

    def put_new(self, key: str, content: bytes) -> bool:
        if key in self._versions:
            return False
        self._versions[key] = [content]
        return True

    def put_file(self, key: str, file: Path) -> None:
        self.put(key, file.read_bytes())

    def keys(self, prefix: str, after: str = "") -> Sequence[str]:
        return sorted(key for key in self._versions if key.startswith(prefix) and key > after)
