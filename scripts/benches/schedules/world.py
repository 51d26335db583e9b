"""All that outlives a process: buckets, tables, the queue of uploads and the bus."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from benches.schedules.faults import Chance
from benches.schedules.files import File, Row
from benches.schedules.model import START
from benches.schedules.queues import Queue
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryOnlineFeatures
from serin.data.files.parquet import from_parquet
from serin.domain.errors import NotFound
from serin.domain.events import Event
from serin.ports import Catalog, ObjectStore, OnlineFeatures

# As the stacks have it: the queue's maxReceiveCount, and how often Lambda tries an asynchronous call.
MOST_RECEIVES, MOST_TRIES = 5, 3


def put_in_memory(uploads: ObjectStore, key: str, content: bytes) -> str:
    """Put an object into a bucket in memory; its version."""
    uploads.put(key, content)
    version = 1
    while _has(uploads, key, str(version + 1)):
        version += 1
    return str(version)


def _has(uploads: ObjectStore, key: str, version: str) -> bool:
    try:
        uploads.get(key, version)
    except NotFound:
        return False
    return True


@dataclass(frozen=True)
class Stores:
    """Where data lies, in memory or on AWS; `put` puts an object into `uploads` and gives its version."""

    uploads: ObjectStore = field(default_factory=MemoryObjectStore)
    lake: ObjectStore = field(default_factory=MemoryObjectStore)
    artifacts: ObjectStore = field(default_factory=MemoryObjectStore)
    catalog: Catalog = field(default_factory=MemoryCatalog)
    online: OnlineFeatures = field(default_factory=MemoryOnlineFeatures)
    put: Callable[[ObjectStore, str, bytes], str] = put_in_memory


@dataclass(frozen=True)
class Put:
    """A file that was put, and the version of the object it became."""

    file: File
    version: str


class World:
    """The stores, what waits to be delivered, and everything the bus was given; `builds` is whether features are."""

    def __init__(self, stores: Stores, random: Random, chance: Chance, *, builds: bool) -> None:
        self.stores, self.clock, self.builds = stores, MemoryClock(START), builds
        self.queue, self.bus = Queue("object", MOST_RECEIVES, random), Queue("event", MOST_TRIES, random)
        self.puts: list[Put] = []
        self.published: list[Event] = []
        self.untrue: list[Event] = []
        self._chance = chance

    def rows(self, key: str) -> list[Row]:
        """The rows of a file in the lake; none if it is not there."""
        try:
            return from_parquet(self.stores.lake.get(key)).rows()
        except NotFound:
            return []

    def put(self, file: File) -> None:
        """Somebody uploads a file, and S3 tells of it."""
        version = self.stores.put(self.stores.uploads, file.key, file.content)
        self.puts.append(Put(file, version))
        about = {"key": file.key, "version-id": version, "size": len(file.content)}
        self.queue.send({"body": json.dumps({"detail": {"object": about}})}, calm=self._chance.calm)

    def publish(self, event: Event) -> None:
        """The bus takes an event. *Upload Accepted* must be true by now, and goes on to `build_features`."""
        self.published.append(event)
        if event.name != "Upload Accepted":
            return
        known = self.stores.catalog.upload(str(event.detail["dataset"]), str(event.detail["upload_id"]))
        if known is None or known.status != "accepted" or known.sequence != event.detail["sequence"]:
            self.untrue.append(event)
        if self.builds:
            detail: dict[str, Any] = {**event.detail, "correlation": event.correlation}
            self.bus.send({"detail-type": event.name, "detail": detail}, calm=self._chance.calm)
