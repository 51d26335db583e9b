"""A model that is asked about orders, and truth about them that comes from their dataset and from callers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock
from serin.data.contract.moments import TIMESTAMP
from serin.data.files.parquet import to_parquet
from serin.domain.charter import Charter, Truth
from serin.domain.feedback import Feedback
from serin.domain.names import digest
from serin.domain.prediction_ids import prediction_id
from serin.services.collect_predictions import collect_predictions
from serin.services.gather_truth import TruthGathered, gather_truth
from serin.services.give_feedback import FeedbackTaken, give_feedback
from serin.services.steps.truth_window import TruthWindow, truth_window
from tests.builders import LOG_STREAM, NOON, a_charter, a_contract, a_part, a_prediction_line, a_version, an_upload_of

MODEL = "late-orders"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRUTH = Truth("orders", "order", "late", feedback=True, token_share=1.0)
Order = tuple[int, bool | None]


def no_function(call: str) -> Callable[..., Any]:
    raise AssertionError(f"nothing is derived, and {call} is asked for")


@dataclass
class Truths:
    """The world of one model; `now` is when truth is joined and looked at."""

    charter: Charter = field(default_factory=lambda: a_charter(truth=TRUTH))
    now: datetime = NOON
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    functions: Callable[[str], Callable[..., Any]] = no_function

    def __post_init__(self) -> None:
        self.catalog.register(a_version(1, classes=(False, True)))

    @property
    def contracts(self) -> Mapping[str, Any]:
        return {"orders": a_contract()}

    def asks(self, order: int, at: datetime = NOON, model: str = MODEL, **parts: Any) -> str:
        """The id of a prediction about that order."""
        name = prediction_id(model, at, digest(str(order), str(parts)).encode()[:8])
        inputs = {"order_id": order, "at": at, "shop": "north", "amount": None}
        line = a_prediction_line(name, at, inputs=inputs, **{"model": model, "request_id": f"r{order}-{at}", **parts})
        collect_predictions(model, LOG_STREAM, [line], lake=self.lake)
        return name

    def arrives(self, *orders: Order, at: datetime, seen: datetime | None = None) -> None:
        """Orders are accepted at that moment; `seen` is what their own column says."""
        table = pl.DataFrame(
            {"order_id": [number for number, _ in orders], "late": [late for _, late in orders]},
            schema={"order_id": pl.Int64, "late": pl.Boolean},
        ).with_columns(pl.lit(seen, dtype=TIMESTAMP).alias("at"), shop=pl.lit("north"))
        before = self.catalog.head("orders")
        content = to_parquet(table)
        key = f"datasets/orders/{digest(content, str(before.sequence))[:32]}.parquet"
        self.lake.put(key, content)
        upload = replace(an_upload_of("orders", key.encode(), key, len(table), before.sequence + 1), at=at)
        assert self.catalog.record_accepted(upload, a_part(upload, before.sequence + 1), before)

    def says(self, token: str, *items: Feedback, at: datetime | None = None) -> FeedbackTaken:
        """What becomes of feedback, sent then."""
        return give_feedback(
            *(MODEL, items, token, {MODEL: self.charter, "early-orders": self.charter}),
            lake=self.lake,
            catalog=self.catalog,
            clock=MemoryClock(at or self.now),
        )

    def joins(self, at: datetime | None = None) -> TruthGathered:
        """What is new."""
        self.now = at or self.now
        ports: Any = {"lake": self.lake, "catalog": self.catalog, "clock": MemoryClock(self.now)}
        return gather_truth(self.charter, self.contracts, self.functions, **ports)

    def window(self, begin: datetime = NOON - 12 * HOUR, end: datetime | None = None) -> TruthWindow:
        """What is known now of the predictions of a day, or of several."""
        return truth_window(self.charter, begin, end or begin + DAY, self.now, lake=self.lake)

    def labels(self, *columns: str) -> dict[str, Any]:
        """Prediction → the label, and the columns that are named."""
        rows = self.window().rows.filter(pl.col("label").is_not_null()).select("prediction_id", "label", *columns)
        return {row[0]: row[1] if len(row) == 2 else row[1:] for row in rows.iter_rows()}


def labelled(names: Sequence[str], *, label: bool) -> list[Feedback]:
    return [Feedback(name, label) for name in names]
