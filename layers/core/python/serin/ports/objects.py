"""Buckets, as services use them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class ObjectContent:
    """What names the content of an object: its etag and, in a versioned bucket, its version; `size` is its bytes."""

    etag: str
    version: str | None
    size: int


@dataclass(frozen=True)
class ObjectVersion:
    """A version of an object of `size` bytes, written `at` that second; a `marker` says that it was deleted."""

    key: str
    id: str
    latest: bool
    marker: bool = False
    at: datetime | None = None
    size: int = 0


class Files(Protocol):
    """What steps hand over to each other: a part of what a bucket does, and a folder too."""

    def get(self, key: str) -> bytes:
        """The bytes at `key`; raises NotFound."""

    def get_each(self, keys: Sequence[str]) -> Iterator[bytes]:
        """The bytes at each of these keys, in their order; raises NotFound."""

    def fetch(self, key: str, into: Path) -> None:
        """Write the bytes at `key` into a file, however many they are; raises NotFound."""

    def put(self, key: str, content: bytes) -> None:
        """Write `content`; the same key with the same content twice is one write."""

    def put_new(self, key: str, content: bytes) -> bool:
        """Write `content` where nothing is yet; False, with nothing written, where something is."""

    def keys(self, prefix: str) -> Sequence[str]:
        """All keys below `prefix`, sorted."""


class ObjectStore(Protocol):
    """One bucket."""

    def get(self, key: str, version_id: str | None = None) -> bytes:
        """The bytes at `key`; raises NotFound."""

    def get_each(self, keys: Sequence[str]) -> Iterator[bytes]:
        """The bytes at each of these keys, in their order; some are on their way at once. Raises NotFound."""

    def fetch(self, key: str, into: Path, version_id: str | None = None) -> None:
        """Write the bytes at `key` into a file, however many they are; raises NotFound."""

    def put(self, key: str, content: bytes) -> None:
        """Write `content`; the same key with the same content twice is one write."""

    def about(self, key: str) -> ObjectContent:
        """What is at `key` now, without reading it; raises NotFound."""

    def put_new(self, key: str, content: bytes) -> bool:
        """Write `content` where nothing is yet; False, with nothing written, where something is."""

    def put_file(self, key: str, file: Path) -> None:
        """Write what a file holds, however much it is, as `put` does."""

    def keys(self, prefix: str, after: str = "") -> Sequence[str]:
        """All keys below `prefix` that come after `after`, sorted."""


class ErasableStore(ObjectStore, Protocol):
    """One bucket, for whoever may take out of it what was there before, too."""

    def versions(self, prefix: str, after: str = "") -> Iterator[Sequence[ObjectVersion]]:
        """All versions of each key below `prefix` that comes after `after`, a key at a time, in the keys' order."""

    def delete_version(self, version: ObjectVersion) -> None:
        """Delete a version for good; nothing happens where it is gone."""
