"""Buckets, as services use them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class ObjectContent:
    """What names the content of an object: its etag and, in a versioned bucket, its version; `size` is its bytes."""

    etag: str
    version: str | None
    size: int


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
