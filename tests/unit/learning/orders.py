"""A training set of orders, written as the data layer writes it, and a model folder on the path."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from serin.learning.columns import TrainingColumns, read_columns

START = datetime(2013, 1, 1, tzinfo=UTC)
SHOPS = ("east", "north", "south")
Column = tuple[str, str, list[Any]]


def npz(columns: list[Column], **extra: Any) -> bytes:
    """Columns (name, kind, values) in the format of `serin.data.features.columns`, by numpy alone.

    Unless they say otherwise, all rows may judge, no two are alike, and each is about something else.
    """
    arrays: dict[str, Any] = {}
    rows = len(columns[0][2])
    own = {"__judges": ("boolean", [True] * rows), "__group": ("integer", list(range(rows)))}
    own["__entity"] = ("integer", list(range(rows)))
    named = [name for name, _, _ in columns]
    columns = [*columns, *((name, kind, values) for name, (kind, values) in own.items() if name not in named)]
    for name, kind, values in columns:
        if kind == "string":
            dictionary = sorted({value for value in values if value is not None})
            arrays[name] = np.array([-1 if v is None else dictionary.index(v) for v in values], dtype=np.int32)
            arrays[f"{name}:dictionary"] = np.array(dictionary, dtype=np.str_)
        elif kind == "timestamp":
            seconds = [np.nan if value is None else value.timestamp() for value in values]
            arrays[name] = np.array(seconds, dtype=np.float64)
        else:
            whole = {"number": np.float64, "integer": np.int64, "boolean": np.bool_}[kind]
            arrays[name] = np.array(values, dtype=np.float64 if None in values else whole)
    schema = {
        "format": 2,
        "rows": len(columns[0][2]),
        "columns": [{"name": name, "kind": kind} for name, kind, _ in columns],
    }
    arrays["__schema"] = np.frombuffer(json.dumps(schema).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **{**arrays, **extra})
    return buffer.getvalue()


def order_rows(days: int = 40, a_day: int = 25, seed: int = 0) -> list[dict[str, Any]]:
    """Orders spread over days; the long queue, a far shop and a high amount make one late."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(days * a_day):
        amount = None if random.random() < 0.1 else round(float(random.gamma(2.0, 50.0)), 2)
        shop = None if random.random() < 0.05 else SHOPS[int(random.integers(3))]
        length = None if random.random() < 0.1 else int(random.integers(0, 12))
        risk = (length or 5) / 4 + (amount or 100) / 100 + (1.5 if shop == "south" else 0.0) - 3.0
        late = bool(random.random() < 1 / (1 + np.exp(-risk)))
        moment = START + timedelta(days=number // a_day, minutes=(number % a_day) * 40)
        rows.append({"moment": moment, "amount": amount, "shop": shop, "queue.length": length, "late": late})
    return rows


def order_columns(
    rows: list[dict[str, Any]] | None = None, label: Any = None, kind: str = "boolean"
) -> TrainingColumns:
    """The orders as the trainer reads them; `label` replaces each row's own by a function of it."""
    rows = order_rows() if rows is None else rows
    return read_columns(orders_npz(rows, label, kind))


def orders_npz(rows: list[dict[str, Any]], label: Any = None, kind: str = "boolean") -> bytes:
    """The orders as they are written."""
    labels = [row["late"] if label is None else label(row) for row in rows]
    return npz(
        [
            ("__moment", "timestamp", [row["moment"] for row in rows]),
            ("__label", kind, labels),
            ("__judges", "boolean", [row.get("judges", True) for row in rows]),
            ("__group", "integer", [row.get("group", number) for number, row in enumerate(rows)]),
            ("__key_order_id", "integer", list(range(len(rows)))),
            ("__slice_shop", "string", [row["shop"] for row in rows]),
            ("amount", "number", [row["amount"] for row in rows]),
            ("shop", "string", [row["shop"] for row in rows]),
            ("queue.length", "integer", [row["queue.length"] for row in rows]),
        ]
    )
