"""One process with all that takes an upload from its arrival to features and a profile."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from benches.histories.model import CONTRACTS, HOUR, START, TELLS_OF_SHOPS, charter_of, code, orders_of, shops_of
from benches.histories.ports import CountedCatalog, CountedObjects, Counts
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryOnlineFeatures
from serin.domain.datasets import Upload
from serin.domain.model_source import ModelSource
from serin.services.accept_upload import Arrival, accept_upload
from serin.services.backfill_features import backfill_step, begin_backfill, step_of
from serin.services.build_features import FeatureBuilder
from serin.services.build_training_set import build_training_set
from serin.services.compact_dataset import compact_dataset
from serin.services.profile_dataset import Profiler

CODE = {"code.py": b"packed"}
Figures = dict[str, float]


@dataclass(frozen=True)
class World:
    """The services and where they write."""

    counts: Counts
    uploads: MemoryObjectStore
    lake: CountedObjects
    catalog: Any
    online: MemoryOnlineFeatures
    events: MemoryEvents
    clock: MemoryClock
    derived: bool

    def grow(self, hours: range) -> None:
        """Take in the orders of these hours, and the shops when they are told of."""
        for hour in hours:
            self.clock.moment = START + (hour + 1) * HOUR
            if hour % TELLS_OF_SHOPS == 0:
                self.accept("shops", shops_of(hour))
            self.accept("orders", orders_of(hour))
            self.events.published.clear()

    def accept(self, dataset: str, content: bytes) -> Upload:
        """One upload arrives."""
        key = f"raw/{dataset}/{self.clock.now():%Y-%m-%d-%H}.csv"
        self.uploads.put(key, content)
        upload = accept_upload(
            Arrival(key, None, len(content)),
            CONTRACTS,
            uploads=self.uploads,
            lake=self.lake,
            catalog=self.catalog,
            events=self.events,
            clock=self.clock,
        )
        compact_dataset(dataset, upload.sequence or 0, lake=self.lake, catalog=self.catalog)
        return upload

    def backfill(self) -> None:
        """Fill every view."""
        writer = self.builder.writer
        begin_backfill([writer], None, "bench", events=self.events)
        while self.events.published:
            event = self.events.published.pop(0)
            if "step" in event.detail:
                backfill_step([writer], step_of(event.detail), "bench", events=self.events)

    @property
    def builder(self) -> FeatureBuilder:
        """What fills the views."""
        ports = {"lake": self.lake, "catalog": self.catalog, "online": self.online, "clock": self.clock}
        return FeatureBuilder(charter_of(derived=self.derived), CONTRACTS, code, **ports)

    @property
    def profiler(self) -> Profiler:
        """What profiles the datasets."""
        ports = {"lake": self.lake, "catalog": self.catalog, "clock": self.clock}
        return Profiler(charter_of(derived=self.derived), CONTRACTS, code, "code", **ports)

    def train(self, run: str) -> str:
        """Make a training set; its id, or raise what stands in the way."""
        source = ModelSource(charter_of(derived=self.derived), CONTRACTS, CODE)
        plan = build_training_set(
            *(run, "call", "bench", source, code), lake=self.lake, catalog=self.catalog, clock=self.clock
        )
        if isinstance(plan, str):
            raise SystemExit(f"no training set: {plan}")
        # Nobody goes on with it, and the next training begins when it has ended.
        self.catalog.save_run(replace(self.catalog.run(source.charter.model, run), status="skipped"))
        return plan[0].id

    def measured(self, work: Callable[[], object]) -> Figures:
        """What some work costs: CPU seconds, seconds, and what it reads and writes."""
        before, cpu, began = asdict(self.counts), time.process_time(), time.monotonic()
        work()
        spent = {"cpu_s": time.process_time() - cpu, "seconds": time.monotonic() - began}
        after: Mapping[str, int] = asdict(self.counts)
        return {**spent, **{name: after[name] - before[name] for name in after}}


def world_of(*, derived: bool, latency: float) -> World:
    """A world without any upload."""
    counts = Counts()
    return World(
        counts,
        MemoryObjectStore(),
        CountedObjects(counts, latency),
        CountedCatalog(MemoryCatalog(), counts),
        MemoryOnlineFeatures(),
        MemoryEvents(),
        MemoryClock(START),
        derived,
    )
