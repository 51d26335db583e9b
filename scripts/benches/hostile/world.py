"""A small world in memory for the handlers: one model, one dataset, something of everything the API can list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEndpoint, MemoryEvents, MemoryOnlineFeatures, MemoryWorkflows
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead, Part, Upload

NOON = datetime(2013, 4, 1, 12, tzinfo=UTC)


@dataclass
class World:
    """What `serin.bootstrap.Platform` is to a function, in memory."""

    charters: Mapping[str, Charter]
    contracts: Mapping[str, Contract]
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    control: MemoryControl = field(default_factory=MemoryControl)
    workflows: MemoryWorkflows = field(default_factory=MemoryWorkflows)
    uploads: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    artifacts: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    endpoint: MemoryEndpoint = field(default_factory=MemoryEndpoint)
    online: MemoryOnlineFeatures = field(default_factory=MemoryOnlineFeatures)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))
    request_rate: tuple[int, int] = (50, 100)
    stage: str = "fuzz"

    @property
    def model(self) -> str:
        """The one model."""
        return next(iter(self.charters))


def world_of(charter: Charter, contracts: Mapping[str, Contract]) -> World:
    """A world that knows this model, its contracts and one upload of its truth's dataset."""
    world = World({charter.model: charter}, contracts)
    dataset = charter.truth.dataset
    upload = Upload("u1", dataset, "a.csv", f"raw/{dataset}/a.csv", "c1", "accepted", NOON, 1, 1, 0, sequence=1)
    world.catalog.record_accepted(
        upload, Part(dataset, 1, "u1", f"datasets/{dataset}/x.parquet", 1, "u1"), DatasetHead(dataset)
    )
    world.catalog.note_arrival(dataset, upload.key, "1", "u1")
    return world
