"""Orders by the hour, of shops that are told of now and then: contracts, charter and the files of an hour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import polars as pl

from serin.domain.charter import (
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
from serin.domain.contracts import Column, Contract, Reference, Rule
from serin.domain.judgement.policy import GatePolicy

START = datetime(2013, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROWS, SHOPS, TELLS_OF_SHOPS = 24, 50, 10
"""Orders an hour, shops, and the hours from one file of shops to the next."""

CONTRACTS: Mapping[str, Contract] = {
    "orders": Contract(
        "orders",
        "1.0.0",
        (
            Column("id", "integer", required=True),
            Column("shop", "string", required=True),
            Column("ordered_at", "timestamp", required=True),
            Column("amount", "number"),
            Column("returned", "boolean", known="afterwards"),
        ),
        (
            Rule("orders.amount.range", "range", ("amount",), "accuracy", minimum=0, maximum=1000),
            Rule(
                "orders.shop.known", "foreign_key", ("shop",), "consistency", references=Reference("shops", ("shop",))
            ),
        ),
        ("id",),
    ),
    "shops": Contract("shops", "1.0.0", (Column("shop", "string"), Column("minutes", "integer")), (), ("shop",)),
}


def charter_of(*, derived: bool) -> Charter:
    """The model; `derived` counts orders when they are packed, some minutes after, which the shop decides."""
    event = "packed_at" if derived else "ordered_at"
    windows = (Window("orders_1d", "amount", "count", DAY), Window("amount_1d", "amount", "mean", DAY))
    views = (
        View("last_order", "shop", "orders", ("amount",), event, event, 7 * DAY),
        View("day", "shop", "orders", (), event, event, 7 * DAY, windows=windows),
        View("place", "shop", "shops", ("minutes",), static=True),
    )
    use = DatasetUse("orders", "orders.yaml", Derivation("code:packed", ("shops",)) if derived else None)
    return Charter(
        model="returns",
        task="binary",
        problem="Will the order come back?",
        floors={},
        datasets=(use, DatasetUse("shops", "shops.yaml")),
        inputs=(Input("shop", "string"),),
        features=Features(
            Moment("ordered_at"),
            {"shop": ("shop",), "order": ("id",)},
            views,
            model_uses=("last_order", "day", "place"),
        ),
        truth=Truth("orders", "order", "returned"),
        training=Training("orders", 7 * DAY, DAY, 10, Search("grid", 1, 1, "log_loss", {}), GatePolicy("log_loss")),
        release=ReleaseTerms("golden.json"),
    )


def code(call: str) -> Callable[..., Any]:
    """The model's own code, by `module:name`."""
    return {"code:packed": packed}[call]


def packed(orders: pl.DataFrame, shops: pl.DataFrame) -> pl.DataFrame:
    """Adds when each order was packed."""
    known = orders.join(shops.unique("shop", keep="last"), on="shop", how="left", maintain_order="left")
    at = pl.col("ordered_at") + pl.duration(minutes="minutes")
    return known.with_columns(at.alias("packed_at")).drop("minutes")


def orders_of(hour: int) -> bytes:
    """The file of an hour's orders."""
    random, began = Random(hour), START + hour * HOUR
    lines = [
        f"{hour * ROWS + number},shop-{random.randrange(SHOPS)},"
        f"{began + timedelta(seconds=random.randrange(3600)):%Y-%m-%dT%H:%M:%SZ},"
        f"{random.randrange(100_000) / 100},{random.choice(['true', 'false'])}\n"
        for number in range(ROWS)
    ]
    return ("id,shop,ordered_at,amount,returned\n" + "".join(lines)).encode()


def shops_of(hour: int) -> bytes:
    """A file of the shops: all of them at first, then one that has changed."""
    numbers = range(SHOPS) if hour == 0 else [hour // TELLS_OF_SHOPS % SHOPS]
    return ("shop,minutes\n" + "".join(f"shop-{number},{(hour + number) % 60}\n" for number in numbers)).encode()
