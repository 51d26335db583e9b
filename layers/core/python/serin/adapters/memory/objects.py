"""A bucket in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from serin.domain.errors import NotFound
from serin.ports import Clock, ObjectContent, ObjectVersion


class MemoryObjectStore:
    """A versioned bucket: every put of other content makes a version, of which a clock says when it was made."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock
        self._versions: dict[str, list[bytes]] = {}
        self._made: dict[tuple[str, int], datetime] = {}
        self._deleted: set[tuple[str, int]] = set()

    def get(self, key: str, version_id: str | None = None) -> bytes:
        there = self._numbers(key)
        number = there[-1] if there and version_id is None else int(version_id or 0)
        if number not in there:
            raise NotFound(f"There is no object {key!r}.", "Check the key and the version.")
        return self._versions[key][number - 1]

    def _numbers(self, key: str) -> list[int]:
        """The versions of a key that are there, counted from 1."""
        made = range(1, len(self._versions.get(key, ())) + 1)
        return [number for number in made if (key, number) not in self._deleted]

    def get_each(self, keys: Sequence[str]) -> Iterator[bytes]:
        return (self.get(key) for key in keys)

    def fetch(self, key: str, into: Path, version_id: str | None = None) -> None:
        into.write_bytes(self.get(key, version_id))

    def put(self, key: str, content: bytes) -> None:
        if not self._numbers(key) or self.get(key) != content:
            self.put_version(key, content)

    def put_version(self, key: str, content: bytes) -> str:
        """Write a version of its own whatever was there before, as a copy made by S3 does; its id."""
        versions = self._versions.setdefault(key, [])
        versions.append(content)
        if self._clock is not None:
            self._made[key, len(versions)] = self._clock.now().replace(microsecond=0)
        return str(len(versions))

    def about(self, key: str) -> ObjectContent:
        content = self.get(key)
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return ObjectContent(etag, str(self._numbers(key)[-1]), len(content))

    def put_new(self, key: str, content: bytes) -> bool:
        if self._numbers(key):
            return False
        self.put_version(key, content)
        return True

    def put_file(self, key: str, file: Path) -> None:
        self.put(key, file.read_bytes())

    def keys(self, prefix: str, after: str = "") -> Sequence[str]:
        below = (key for key in self._versions if key.startswith(prefix) and key > after)
        return sorted(key for key in below if self._numbers(key))

    def versions(self, prefix: str, after: str = "") -> Iterator[Sequence[ObjectVersion]]:
        for key in self.keys(prefix, after):
            there = self._numbers(key)
            yield tuple(
                ObjectVersion(
                    *(key, str(number), number == there[-1]),
                    at=self._made.get((key, number)),
                    size=len(self._versions[key][number - 1]),
                )
                for number in reversed(there)
            )

    def delete_version(self, version: ObjectVersion) -> None:
        self._deleted.add((version.key, int(version.id)))
