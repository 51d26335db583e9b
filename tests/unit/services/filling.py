"""A lake of shops and zones, and everything that fills one model's views from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryOnlineFeatures
from serin.data.files.parquet import to_parquet, value_ranges
from serin.domain.charter import Charter, DatasetUse, Derivation, View
from serin.domain.events import Event
from serin.services.backfill_features import backfill_step, begin_backfill, step_of
from serin.services.build_features import FeatureBuilder
from serin.services.sweep_features import sweep_features
from serin.serving.features import FeaturePlan, FeatureRow
from tests.builders import a_charter, a_contract, a_contract_of, a_part, an_upload_of
from tests.unit.data.histories import SCHEMA, START, ZONES

CONTRACTS = {
    "shops": a_contract_of(SCHEMA, dataset="shops", primary_key=("id",)),
    "zones": a_contract_of(ZONES, dataset="zones", primary_key=("zone",)),
    "orders": a_contract(),
}
LAST = View("seen", "shop", "shops", ("length", "open"), "seen_at", "known_at", timedelta(days=2))
STATIC = View("known", "shop", "shops", ("takings",), static=True)


def charter_of(*views: View, derive: Derivation | None = None) -> Charter:
    charter = a_charter()
    names = tuple(view.name for view in views)
    features = replace(charter.features, views=views, model_uses=("amount", *names))
    datasets = (charter.datasets[0], DatasetUse("shops", "contracts/shops.yaml", derive), DatasetUse("zones", "z.yaml"))
    return replace(charter, features=features, datasets=datasets)


class Filling:
    """The ports are one world; each charter is a deployment of its own."""

    def __init__(self, **functions: Any) -> None:
        self.lake, self.catalog, self.online = MemoryObjectStore(), MemoryCatalog(), MemoryOnlineFeatures()
        self.clock, self.events = MemoryClock(START), MemoryEvents()
        self._functions: Mapping[str, Any] = functions

    def builder(self, charter: Charter) -> FeatureBuilder:
        def found(call: str) -> Any:
            return self._functions[call.partition(":")[2]]

        return FeatureBuilder(
            charter, CONTRACTS, found, lake=self.lake, catalog=self.catalog, online=self.online, clock=self.clock
        )

    def accept(self, dataset: str, rows: pl.DataFrame) -> str:
        before = self.catalog.head(dataset)
        key = f"datasets/{dataset}/{before.sequence}.parquet"
        self.lake.put(key, to_parquet(rows))
        upload = an_upload_of(dataset, key.encode(), key, rows.height, before.sequence + 1)
        upload = replace(upload, at=self.clock.now())
        part = replace(a_part(upload, before.sequence + 1), ranges=value_ranges(rows.lazy()))
        assert self.catalog.record_accepted(upload, part, before)
        return upload.id

    def build(self, charter: Charter, dataset: str, upload: str) -> None:
        self.builder(charter).build(dataset, upload, "c1", events=MemoryEvents())

    def upload(self, charter: Charter, dataset: str, rows: pl.DataFrame) -> None:
        self.build(charter, dataset, self.accept(dataset, rows))

    def begin(self, *charters: Charter, view: str | None = None) -> tuple[str, ...]:
        return begin_backfill([self.builder(charter).writer for charter in charters], view, "c1", events=self.events)

    def step(self, event: Event, *charters: Charter) -> int:
        writers = [self.builder(charter).writer for charter in charters]
        return backfill_step(writers, step_of(event.detail), event.correlation, events=self.events)

    def run(self, *charters: Charter) -> int:
        """Every step that waits, and those that these begin; how many there were."""
        taken = 0
        while self.events.published:
            self.step(self.events.published.pop(0), *charters)
            taken += 1
        return taken

    def backfill(self, *charters: Charter) -> int:
        self.begin(*charters)
        return self.run(*charters)

    def sweep(self, charter: Charter) -> list[str]:
        return sweep_features(charter, "c1", catalog=self.catalog, events=self.events, clock=self.clock)

    def served(self, charter: Charter, shop: str, moment: datetime) -> FeatureRow:
        plan = FeaturePlan(charter, {})
        instance: Any = {"order_id": 1, "at": moment, "shop": shop, "amount": None}
        return plan.row(instance, self.online.read(plan.keys([instance], moment)), moment)
