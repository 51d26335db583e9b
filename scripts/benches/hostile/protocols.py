"""Hostile bodies of the other protocols: tables and tensors, whole and binary, with anything in any place."""

from __future__ import annotations

import copy
import gzip
import json
import random
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from benches.hostile.bodies import BODIES, NAMES, VALUES, Instance
from benches.hostile.requests import Sent

FORMS = ("dataframe_split", "dataframe_records", "inputs", "instances")
LENGTHS = ("0", "-1", "1e3", "999999999", "9" * 400, "", " 5", "\u0661", "x")
ENCODINGS = ("gzip", "br", "deflate", "gzip, gzip", "zstd", "\x00", "gzip;q=0")


def protocol_requests(model: str, good: Instance, seed: int) -> Iterator[Sent]:
    """Without end: requests in MLflow's and the Open Inference Protocol, most of them wrong in some ways."""
    rng = random.Random(seed)
    route, base = f"POST /models/{model}/{{proxy+}}", f"/models/{model}"
    while True:
        headers = {"content-type": "application/json"}
        if rng.random() < 0.4:
            path, body = "/invocations", _damaged(rng, _table(rng, good))
        else:
            path = rng.choice((f"/v2/models/{model}/infer", f"/v2/models/{model}/versions/1/infer"))
            body = _tensors(rng, good, headers)
        if rng.random() < 0.05:
            body = rng.choice(BODIES)
        if rng.random() < 0.05:
            headers["inference-header-content-length"] = rng.choice(LENGTHS)
        if rng.random() < 0.1:
            headers["content-encoding"] = rng.choice(ENCODINGS)
            body = gzip.compress(body, 1)[: rng.choice((None, None, -1, 5))]
        if rng.random() < 0.02:
            path = rng.choice(("/v2", "/ping", "/v2/models//infer", "/v2/models/\u202e/infer", "/predict/", "/"))
        yield Sent(path.rpartition("/")[2] or "path", route, base + path, body, headers=headers)


def _table(rng: random.Random, good: Instance) -> Any:
    form = rng.choice(FORMS)
    if form == "dataframe_split":
        return {form: {"columns": list(good), "data": [list(good.values())] * rng.choice((1, 2))}}
    if form == "inputs" and rng.random() < 0.5:
        return {form: {name: [value] for name, value in good.items()}}
    return {form: [dict(good)] * rng.choice((1, 3))}


def _tensors(rng: random.Random, good: Instance, headers: dict[str, str]) -> bytes:
    """Tensors of one row; with some luck they are binary, and the header says how long the JSON is."""
    kinds = {str: "BYTES", int: "INT64", float: "FP64", bool: "BOOL"}
    inputs: list[dict[str, Any]] = [
        {"name": name, "datatype": kinds.get(type(value), "BYTES"), "shape": [1], "data": [value]}
        for name, value in good.items()
    ]
    binary = b""
    if rng.random() < 0.5:
        for tensor in inputs:
            if part := _packed(tensor["datatype"], tensor["data"][0]):
                del tensor["data"]
                tensor["parameters"] = {"binary_data_size": len(part)}
                binary += part
    head = _damaged(rng, {"id": "1", "inputs": inputs})
    if binary:
        headers["inference-header-content-length"] = str(len(head))
        binary = bytes(byte ^ (rng.random() < 0.01) * 255 for byte in binary)
    return head + binary


def _packed(datatype: str, value: object) -> bytes:
    if datatype == "BYTES" and isinstance(value, str):
        return struct.pack("<I", len(value.encode())) + value.encode()
    if datatype == "INT64" and isinstance(value, int):
        return struct.pack("<q", value)
    return struct.pack("<d", value) if isinstance(value, float) else b""


def _damaged(rng: random.Random, content: Any) -> bytes:
    """The content as JSON with up to three of its parts replaced, left out, doubled or renamed."""
    content = copy.deepcopy(content)
    marks: dict[str, str] = {}
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        holders = list(_holders(content))
        if not holders:
            break
        holder = rng.choice(holders)
        place = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        act = rng.random()
        if act < 0.6:
            marks[mark := f"<{len(marks)}>"] = rng.choice(VALUES)
            holder[place] = mark
        elif act < 0.75:
            del holder[place]
        elif isinstance(holder, dict):
            holder[rng.choice(NAMES)] = holder.get(place)
        else:
            holder.append(copy.deepcopy(holder[place]))
    text = json.dumps(content)
    for mark, value in marks.items():
        text = text.replace(json.dumps(mark), value)
    return text.encode("utf-8", "surrogatepass")


def _holders(content: Any) -> Iterator[Any]:
    """Every list and object that holds something, the outermost first."""
    if isinstance(content, Mapping | list) and content:
        yield content
        for part in content.values() if isinstance(content, Mapping) else content:
            yield from _holders(part)
