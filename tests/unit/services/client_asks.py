"""Two orders as clients of other servers ask about them."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

AT, MODEL = "2013-04-01T12:00:00Z", "late-orders"
ROWS: list[dict[str, Any]] = [
    {"order_id": 1, "at": AT, "shop": "north", "amount": 20.0},
    {"order_id": 2, "at": AT, "shop": None, "amount": 1.5},
]
NAMES = list(ROWS[0])
COLUMNS = {name: [row[name] for row in ROWS] for name in NAMES}
DATATYPES = {"order_id": "INT64", "at": "BYTES", "shop": "BYTES", "amount": "FP64"}
INFER = f"v2/models/{MODEL}/infer"


def tensor(name: str, data: object, **more: Any) -> dict[str, Any]:
    return {"name": name, "datatype": DATATYPES[name], "shape": [2], "data": data, **more}


def tensors(columns: Mapping[str, object] = COLUMNS) -> dict[str, Any]:
    return {"id": "q1", "inputs": [tensor(name, data) for name, data in columns.items()]}


def binary() -> tuple[bytes, str]:
    """The same rows as Triton's client sends them: JSON, and behind it the bytes of each tensor."""
    texts = {name: b"".join(struct.pack("<I", len(text)) + text.encode() for text in COLUMNS[name]) for name in ("at",)}
    parts = {"order_id": struct.pack("<2q", 1, 2), **texts, "amount": struct.pack("<2d", 20.0, 1.5)}
    sized = [tensor(name, None, parameters={"binary_data_size": len(part)}) for name, part in parts.items()]
    head = json.dumps({"inputs": [*sized, tensor("shop", COLUMNS["shop"])]}).encode()
    return head + b"".join(parts.values()), str(len(head))


MLFLOW: Mapping[str, object] = {
    "dataframe_split": {
        "dataframe_split": {"index": [4, 9], "columns": NAMES, "data": [list(r.values()) for r in ROWS]}
    },
    "dataframe_records": {"dataframe_records": ROWS},
    "inputs": {"inputs": {**COLUMNS, "amount": [[20.0], [1.5]]}},
    "instances": {"instances": ROWS, "params": {}},
    "NaN": json.dumps({"dataframe_records": ROWS}).replace("null", "NaN").encode(),
}
