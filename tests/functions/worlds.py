"""The platform as a function finds it, in memory, with two models: what looks at the first only is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.metrics import MemoryMetrics
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.sources import MemorySources
from serin.adapters.memory.world import (
    MemoryClock,
    MemoryEndpoint,
    MemoryEvents,
    MemoryMessages,
    MemoryNotices,
    MemoryOnlineFeatures,
    MemoryWorkflows,
)
from serin.domain.charter import Charter
from serin.domain.model_source import ModelSource
from tests.builders import NOON, a_charter, a_contract
from tests.functions.handlers import handler


def two_models() -> dict[str, Charter]:
    """The model the tests ask about, and one that nobody names."""
    return {name: a_charter(model=name) for name in ("late-orders", "returns")}


@dataclass
class World:
    """The platform as a function finds it, in memory."""

    uploads: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    artifacts: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    control: MemoryControl = field(default_factory=MemoryControl)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    endpoint: MemoryEndpoint = field(default_factory=MemoryEndpoint)
    workflows: MemoryWorkflows = field(default_factory=MemoryWorkflows)
    metrics: MemoryMetrics = field(default_factory=MemoryMetrics)
    upload_messages: MemoryMessages = field(default_factory=MemoryMessages)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    online: MemoryOnlineFeatures = field(default_factory=MemoryOnlineFeatures)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))
    contracts: dict[str, Any] = field(default_factory=lambda: {"orders": a_contract()})
    charters: dict[str, Any] = field(default_factory=two_models)
    stage: str = "dev"

    commit: str | None = None
    model: str = "late-orders"
    model_code: dict[str, bytes] = field(default_factory=dict)
    request_rate: tuple[int, int] = (50, 100)
    model_room: int = 10**8

    def __post_init__(self) -> None:
        self.sources = MemorySources(self.uploads)
        self.lake_read_once, self.artifacts_read_once = self.lake, self.artifacts

    def source(self, model: str) -> ModelSource:
        """What the team wrote of the model."""
        return ModelSource(self.charters[model], self.contracts, self.model_code, self.golden(model))

    def model_function(self, call: str) -> Any:
        raise AssertionError(f"nothing of this model calls {call}")

    def golden(self, model: str) -> tuple[dict[str, Any], ...]:
        return ({"instance": {}},)


def in_world(name: str, world: World) -> Any:
    """The handler with this world as its platform."""
    module: Any = handler(name)
    module.platform = lambda: world
    return module
