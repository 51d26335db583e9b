"""A bucket whose objects are named by their content: what was read once is remembered."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path

from serin.ports import ObjectContent, ObjectStore


class ReadOnce:
    """An object store in front of another; each object is got once, as long as there is room for it.

    For keys that get no other content but by an erasure (`renew`). `room` is in bytes; what was asked for longest ago
    makes room. Safe from any thread.
    """

    def __init__(self, store: ObjectStore, room: int) -> None:
        self._store = store
        self._room = room
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._stamp = ""

    def renew(self, stamp: str) -> None:
        """Forget what was read under another stamp, which says what has been rewritten so far."""
        with self._lock:
            if stamp != self._stamp:
                self._kept.clear()
                self._stamp = stamp

    def get(self, key: str, version_id: str | None = None) -> bytes:
        if version_id is not None:
            return self._store.get(key, version_id)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        content = self._store.get(key)
        self._keep(key, content)
        return content

    def get_each(self, keys: Sequence[str]) -> Iterator[bytes]:
        with self._lock:
            there = {key: self._kept[key] for key in keys if key in self._kept}
        missing = self._store.get_each([key for key in keys if key not in there])
        for key in keys:
            content = there.get(key)
            if content is None:
                content = next(missing)
                self._keep(key, content)
            yield content

    def fetch(self, key: str, into: Path, version_id: str | None = None) -> None:
        self._store.fetch(key, into, version_id)

    def put(self, key: str, content: bytes) -> None:
        self._store.put(key, content)

    def about(self, key: str) -> ObjectContent:
        return self._store.about(key)

    def put_new(self, key: str, content: bytes) -> bool:
        return self._store.put_new(key, content)

    def put_file(self, key: str, file: Path) -> None:
        self._store.put_file(key, file)

    def keys(self, prefix: str, after: str = "") -> Sequence[str]:
        return self._store.keys(prefix, after)

    def _keep(self, key: str, content: bytes) -> None:
        with self._lock:
            self._kept[key] = content
            while sum(map(len, self._kept.values())) > self._room:
                self._kept.popitem(last=False)
