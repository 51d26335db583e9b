"""A world where versions of one model are registered and can be released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.world import MemoryClock, MemoryEndpoint, MemoryEvents
from serin.domain.releases import Release
from serin.services.reconcile import Reconciled, reconcile
from serin.services.release_model import ReleaseSteps
from tests.builders import NOON, a_version

MODEL = "late-orders"
GOLDEN: Sequence[Mapping[str, Any]] = (
    {"instance": {"order_id": 1}, "expect": {"label": True, "probability": [0.4, 0.6]}},
    {"instance": {"order_id": 2}},
)


@dataclass
class World:
    """The ports of a release; each step a second after the one before."""

    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    control: Any = field(default_factory=MemoryControl)
    endpoint: Any = field(default_factory=MemoryEndpoint)
    events: Any = field(default_factory=MemoryEvents)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))

    def __post_init__(self) -> None:
        for number in (1, 2, 3):
            self.catalog.register(a_version(number))

    def steps(self, release_id: str) -> ReleaseSteps:
        self.clock.advance(timedelta(seconds=1))
        return ReleaseSteps(
            MODEL, release_id, catalog=self.catalog, control=self.control, endpoint=self.endpoint, clock=self.clock
        )

    def until_promoted(self, release_id: str, version: int, cause: str = "registered") -> None:
        self.steps(release_id).begin(version, cause, "c1")
        self.steps(release_id).publish()
        self.steps(release_id).golden(GOLDEN)
        self.steps(release_id).promote()

    def release(self, release_id: str, version: int, cause: str = "registered") -> Release:
        self.until_promoted(release_id, version, cause)
        return self.steps(release_id).finish(events=self.events)

    def reconcile(self) -> Reconciled:
        return reconcile(
            MODEL, "reconciler", catalog=self.catalog, control=self.control, endpoint=self.endpoint, clock=self.clock
        )

    def serving(self) -> int | None:
        """The model version behind the alias; None when it is no model's."""
        alias = self.endpoint.alias(MODEL).function_version
        return next((item.version for item in self.endpoint.versions if item.function_version == alias), None)

    def live(self) -> int | None:
        live = self.control.live(MODEL)
        return live.version if live else None

    def lease_is_free(self) -> bool:
        lease = self.control.acquire(MODEL, "somebody", self.clock.now(), timedelta(seconds=1))
        if lease is not None:
            self.control.finish(None, lease)
        return lease is not None
