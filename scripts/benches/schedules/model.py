"""The model whose features are built: its charter, its contracts and its code, small so that thousands are quick.

`shops` has events of shops with a view of last values and one of windows; `zones` has a static view. In the
derived form the windows count `counted_at`, which moves with the hours of the newest zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from serin.domain.charter import (
    Aggregate,
    Charter,
    DatasetUse,
    Derivation,
    Features,
    Input,
    Moment,
    ReleaseTerms,
    Search,
    Training,
    Truth,
    View,
    Window,
)
from serin.domain.contracts import Column, Contract, Rule
from serin.domain.judgement.policy import GatePolicy

# Longer than zones move events, so that what becomes known late counts in some window.
SPAN = timedelta(days=3)
DONE: tuple[Aggregate, ...] = ("count", "sum", "last")
START = datetime(2013, 1, 30, tzinfo=UTC)
SHOPS, ZONES = "shops", "zones"
SHOP_NAMES, ZONE_NAMES = ("a", "b"), ("x", "y")
CONTRACTS: Mapping[str, Contract] = {
    SHOPS: Contract(
        SHOPS,
        "1.0.0",
        (
            Column("id", "integer"),
            Column("shop", "string"),
            # Events of two days may come in any order, and machines go wrong by an hour.
            Column("seen_at", "timestamp", future="allowed"),
            Column("length", "integer"),
        ),
        (Rule("shops.length.range", "range", ("length",), "accuracy", minimum=0, maximum=1000),),
        ("id",),
    ),
    ZONES: Contract(ZONES, "1.0.0", (Column("zone", "string"), Column("hours", "integer")), (), ("zone",)),
}


def charter_of(*, derived: bool) -> Charter:
    """The model; `derived` makes its windows depend on another dataset."""
    counted = "counted_at" if derived else "seen_at"
    windows = tuple(Window(do, "length", do, SPAN) for do in DONE)
    views = (
        View("seen", "shop", SHOPS, ("length",), "seen_at", "seen_at", SPAN),
        View("queue", "shop", SHOPS, (), counted, "seen_at", SPAN, windows=windows),
        View("zone_hours", "zone", ZONES, ("hours",), static=True),
    )
    use = DatasetUse(SHOPS, "shops.yaml", Derivation("code:counted", (ZONES,)) if derived else None)
    return Charter(
        model="waiting",
        task="binary",
        problem="Will the queue be long?",
        floors={},
        datasets=(use, DatasetUse(ZONES, "zones.yaml")),
        inputs=(Input("shop", "string"), Input("zone", "string")),
        features=Features(
            moment=Moment("seen_at", timedelta()),
            entities={"shop": ("shop",), "zone": ("zone",)},
            views=views,
            on_demand={},
            model_uses=("seen", "queue", "zone_hours"),
        ),
        truth=Truth(SHOPS, "shop", "length"),
        training=Training(
            SHOPS,
            timedelta(days=365),
            timedelta(days=14),
            # However few rows there are, each upload says that the first training is due.
            0,
            Search("grid", 1, 1, "log_loss", {}),
            GatePolicy("log_loss"),
        ),
        release=ReleaseTerms("golden.json"),
    )


def code(call: str) -> Callable[..., Any]:
    """The model's own code, by `module:name`."""
    return {"code:counted": counted}[call]


def counted(shops: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    """Moves every event by the hours of the zone accepted last."""
    return shops.with_columns((pl.col("seen_at") + timedelta(hours=int(zones["hours"][-1]))).alias("counted_at"))
