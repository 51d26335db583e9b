"""The ports of a training in this process, and its files taken in as uploads are."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from serin.adapters.clock import SystemClock
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.salts import MemorySalts
from serin.adapters.memory.world import MemoryEvents
from serin.data.features.joins import Functions
from serin.domain.datasets import Upload
from serin.domain.errors import Invalid
from serin.domain.experiments import Run
from serin.domain.model_source import ModelSource
from serin.domain.names import checked_file
from serin.ports import Clock
from serin.services.accept_upload import Arrival, accept_upload
from serin.services.build_training_set import build_training_set
from serin.services.walk_training import TrainingWalk, Watch, silent

CAUSE = "here"


@dataclass
class HereWorld:
    """Everything a training asks for, in memory."""

    source: ModelSource
    clock: Clock = field(default_factory=SystemClock)
    uploads: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    artifacts: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    salts: MemorySalts = field(default_factory=MemorySalts)

    def send(self, dataset: str, file: Path) -> Upload:
        """Take a file in by its contract; Invalid for one of which no row is good."""
        key, content = f"raw/{dataset}/{checked_file(file.name)}", file.read_bytes()
        self.uploads.put(key, content)
        upload = accept_upload(
            Arrival(key, None, len(content)),
            self.source.contracts,
            uploads=self.uploads,
            lake=self.lake,
            catalog=self.catalog,
            events=self.events,
            clock=self.clock,
            salts=lambda: self.salts,
        )
        if upload.status == "rejected":
            raise Invalid(f"{file}: {upload.reason}", upload.remedy or "Correct the file.", "--data")
        return upload

    def train(self, run: str, functions: Functions, room: int, commit: str | None = None, watch: Watch = silent) -> Run:
        """One training on what has been sent; `functions` finds a function of the model's code by `module:name`."""
        plan = build_training_set(
            *(run, CAUSE, run, self.source, functions), lake=self.lake, catalog=self.catalog, clock=self.clock
        )
        if isinstance(plan, str):
            return self.catalog.run(self.source.charter.model, run)
        training_set, trials = plan
        walk = TrainingWalk(
            *(run, training_set, self.source, room),
            lake=self.lake,
            artifacts=self.artifacts,
            catalog=self.catalog,
            events=self.events,
            clock=self.clock,
            commit=commit,
            watch=watch,
        )
        return walk.take(trials)
