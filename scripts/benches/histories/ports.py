"""Ports that count what is asked of them, in front of those in memory; a bucket may be as far away as S3 is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from serin.adapters.memory.objects import MemoryObjectStore
from serin.domain.paging import Page
from serin.ports import ObjectContent


@dataclass
class Counts:
    """What was read and written since it was last cleared: objects, their bytes, and records of the catalog."""

    gets: int = 0
    puts: int = 0
    bytes: int = 0
    records: int = 0


@dataclass
class CountedObjects:
    """A bucket in memory whose objects take `latency` seconds to come; calls at once wait at once."""

    counts: Counts
    latency: float = 0.0
    _store: MemoryObjectStore = field(default_factory=MemoryObjectStore)

    def get(self, key: str, version_id: str | None = None) -> bytes:
        time.sleep(self.latency)
        content = self._store.get(key, version_id)
        self.counts.gets += 1
        self.counts.bytes += len(content)
        return content

    def get_each(self, keys: Sequence[str]) -> Iterator[bytes]:
        with ThreadPoolExecutor(10) as threads:
            yield from threads.map(self.get, keys)

    def fetch(self, key: str, into: Path, version_id: str | None = None) -> None:
        into.write_bytes(self.get(key, version_id))

    def put(self, key: str, content: bytes) -> None:
        self.counts.puts += 1
        self._store.put(key, content)

    def about(self, key: str) -> ObjectContent:
        return self._store.about(key)

    def put_new(self, key: str, content: bytes) -> bool:
        self.counts.puts += 1
        return self._store.put_new(key, content)

    def put_file(self, key: str, file: Path) -> None:
        self.put(key, file.read_bytes())

    def keys(self, prefix: str, after: str = "") -> Sequence[str]:
        return self._store.keys(prefix, after)


class CountedCatalog:
    """A catalog in front of another; every record it gives counts."""

    def __init__(self, catalog: Any, counts: Counts) -> None:
        self._catalog = catalog
        self._counts = counts

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._catalog, name)

        def counted(*arguments: Any, **more: Any) -> Any:
            answer = call(*arguments, **more)
            items = answer.items if isinstance(answer, Page) else answer
            self._counts.records += len(items) if isinstance(items, list | tuple) else 1
            return answer

        return counted
