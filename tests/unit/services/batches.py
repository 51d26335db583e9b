"""A model of late orders, registered and live, which looks up a shop's queue; and files of orders to be scored."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.salts import MemorySalts
from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryOnlineFeatures, MemoryWorkflows
from serin.data.contract.moments import TIMESTAMP
from serin.data.files.parquet import from_parquet, to_parquet
from serin.domain.batches import Batch, BatchPlan, BatchResult, PartCounts
from serin.domain.charter import Charter, View
from serin.domain.compilation import Runtime
from serin.domain.contracts import Contract
from serin.domain.models import Artifact
from serin.domain.releases import Live
from serin.learning.columns import TrainingColumns, read_columns
from serin.services.build_features import FeatureBuilder
from serin.services.estimate_part import estimate_part
from serin.services.finish_batch import finish_batch
from serin.services.plan_batch import plan_batch
from serin.services.score_part import ToEstimate, score_part, write_part
from serin.services.start_batch import start_batch
from serin.services.steps.batch_version import BatchVersion, open_version
from serin.serving.estimators import sha256_of
from tests.builders import NOON, a_contract_of, a_part, a_version, an_upload_of
from tests.kernels import this_kernel
from tests.unit.learning.orders import npz, order_rows
from tests.unit.serving.released import Released, orders_charter

MODEL = "late-orders"
CODE = {
    "features.py": b"""
def hour(at):
    if at.minute == 13:
        raise ValueError("nobody orders then")
    return at.hour

def size(amount, queue_length):
    return None if amount is None else amount * (queue_length or 1)
"""
}
ORDERS = a_contract_of(
    {"order_id": pl.Int64, "at": TIMESTAMP, "shop": pl.String, "amount": pl.Float64, "late": pl.Boolean},
    dataset="orders",
    primary_key=("order_id",),
)
SHOPS = a_contract_of({"shop": pl.String, "seen_at": TIMESTAMP, "length": pl.Int64}, dataset="shops")
CONTRACTS = {"orders": ORDERS, "shops": SHOPS}
QUEUES = [
    {"shop": shop, "seen_at": NOON - timedelta(minutes=40 * number), "length": 3 * number + place}
    for number in range(1, 8)
    for place, shop in enumerate(("north", "south", "east"))
]


def charter_of_batches() -> Charter:
    """The orders' charter with functions of the request, one of which also asks what was looked up."""
    charter = orders_charter()
    view: View = charter.features.views[0]
    features = replace(
        charter.features,
        views=(replace(view, ttl=timedelta(hours=3)),),
        on_demand={"hour": "features:hour", "size": "features:size"},
        model_uses=("amount", "shop", "hour", "size", "queue"),
    )
    return replace(charter, features=features)


def columns_of_batches() -> TrainingColumns:
    """A training set of that charter."""
    rows = order_rows()
    sizes = [None if row["amount"] is None else row["amount"] * (row["queue.length"] or 1) for row in rows]
    return read_columns(
        npz(
            [
                ("__moment", "timestamp", [row["moment"] for row in rows]),
                ("__label", "boolean", [row["late"] for row in rows]),
                ("amount", "number", [row["amount"] for row in rows]),
                ("shop", "string", [row["shop"] for row in rows]),
                ("hour", "integer", [row["moment"].hour for row in rows]),
                ("size", "number", sizes),
                ("queue.length", "integer", [row["queue.length"] for row in rows]),
            ]
        )
    )


@dataclass
class World:
    """What a batch is worked on with."""

    released: Released
    charter: Charter
    now: datetime = NOON
    contracts: Mapping[str, Contract] = field(default_factory=lambda: CONTRACTS)
    uploads: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    artifacts: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    control: MemoryControl = field(default_factory=MemoryControl)
    workflows: MemoryWorkflows = field(default_factory=MemoryWorkflows)
    online: MemoryOnlineFeatures = field(default_factory=MemoryOnlineFeatures)
    salts: MemorySalts = field(default_factory=MemorySalts)

    def __post_init__(self) -> None:
        self.clock = MemoryClock(self.now)
        estimator, layer = f"models/{MODEL}/r1/model.joblib", f"models/{MODEL}/r1/layer.zip"
        self.artifacts.put(estimator, self.released.estimator)
        self.artifacts.put(layer, self.released.layer)
        made = {
            "estimator": Artifact(estimator, self.released.sha256),
            "layer": Artifact(layer, sha256_of(self.released.layer)),
        }
        self.catalog.register(a_version(1, **made))
        lease = self.control.acquire(MODEL, "rel1", NOON, timedelta(minutes=1))
        assert lease is not None
        self.control.finish(Live(MODEL, 1, "1", "rel1", lease.epoch, NOON), lease)
        self._see(pl.DataFrame(QUEUES, schema={c.name: t for c, t in zip(SHOPS.columns, _TYPES, strict=True)}))

    def _see(self, shops: pl.DataFrame) -> None:
        """Queues that were seen: accepted, and built for the endpoint."""
        key = "datasets/shops/1.parquet"
        self.lake.put(key, to_parquet(shops))
        upload = an_upload_of("shops", key.encode(), key, shops.height, 1)
        assert self.catalog.record_accepted(upload, a_part(upload, 1), self.catalog.head("shops"))
        builder = FeatureBuilder(
            *(self.charter, CONTRACTS, lambda call: call),  # type: ignore[arg-type, return-value]
            lake=self.lake,
            catalog=self.catalog,
            online=self.online,
            clock=self.clock,
        )
        builder.build("shops", upload.id, "c1", events=MemoryEvents())
        self.shops = shops

    def begun(self, content: bytes, name: str = "orders.csv", again: str | None = None) -> Batch:
        self.uploads.put(f"batch/{MODEL}/{name}", content)
        return start_batch(
            *(MODEL, name, None, "ana", "c1", again),
            uploads=self.uploads,
            lake=self.lake,
            catalog=self.catalog,
            control=self.control,
            workflows=self.workflows,
            clock=self.clock,
        )

    def opened(self, runtime: Runtime = "compiled") -> BatchVersion:
        return open_version(self.catalog.version(MODEL, 1), runtime, this_kernel(), artifacts=self.artifacts)

    def planned(self, batch: Batch, version: BatchVersion) -> BatchPlan:
        ports: Any = {"uploads": self.uploads, "lake": self.lake, "catalog": self.catalog}
        ports |= {"salts": lambda: self.salts}
        return plan_batch(batch, version, self.contracts, **ports)

    def scored(self, plan: BatchPlan, part: str, version: BatchVersion) -> PartCounts:
        """As the workflow does it: in one step, or in three where scikit-learn scores."""
        done = score_part(plan, part, version, self.contracts, lake=self.lake, catalog=self.catalog)
        if not isinstance(done, ToEstimate):
            return done
        files = version.version.estimator, version.version.layer
        estimate_part(done.features, *files, lake=self.lake, artifacts=self.artifacts)
        return write_part(plan, part, version.manifest, lake=self.lake)

    def result(self, content: bytes, runtime: Runtime = "compiled", name: str = "orders.csv") -> BatchResult:
        """A whole batch."""
        version = self.opened(runtime)
        plan = self.planned(self.begun(content, name), version)
        for part in plan.parts:
            self.scored(plan, part.name, version)
        return finish_batch(plan, lake=self.lake, clock=self.clock)

    def answers(self, result: BatchResult) -> list[dict[str, Any]]:
        return pl.concat([from_parquet(self.lake.get(key)) for key in result.objects]).to_dicts()


_TYPES = (pl.String, TIMESTAMP, pl.Int64)


def csv_of(rows: list[Mapping[str, Any]]) -> bytes:
    """Rows as a file; None is nothing."""
    buffer = io.StringIO()
    names = list(rows[0])
    buffer.write(",".join(names) + "\n")
    for row in rows:
        buffer.write(",".join("" if row.get(name) is None else str(row[name]) for name in names) + "\n")
    return buffer.getvalue().encode()
