"""One request to a model twice, compiled and by scikit-learn: what of the two answers differs."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benches.hostile.requests import Answered
from serin.domain.charter import Input

TOLERANCE = 1e-9
_ODD: Mapping[str, tuple[Any, ...]] = {
    "string": ("", "north", "NORTH", "nan", "None", "\0", "é", "e\u0301", "x" * 250, "1", " "),
    "integer": (0, -1, 2**31, -(2**31), 2**53, -(2**53)),
    "number": (0, -0.0, 1, 5e-324, 1e-45, 3.5e38, -3.5e38, 1e300, -1e300, 2**53, 0.1),
    "boolean": (True, False),
    "timestamp": ("1970-01-01T00:00:00Z", "2013-04-01T12:00:00.999999Z", "2099-12-31T23:59:59+00:00"),
}


def odd_requests(inputs: Sequence[Input], good: Mapping[str, Any], seed: int) -> Iterator[bytes]:
    """Without end: bodies of one to four rows, each good but for some values at the ends of what may be sent."""
    rng = random.Random(seed)
    while True:
        rows = []
        for _ in range(rng.choice((1, 1, 2, 4))):
            chosen = rng.sample(list(inputs), rng.randint(0, len(inputs)))
            rows.append({**good, **{item.name: rng.choice((*_ODD[item.type], None)) for item in chosen}})
        yield json.dumps({"instances": rows}).encode()


def difference(compiled: Answered, fitted: Answered) -> str | None:
    """In words; None where the two say the same. Ids are drawn, and an error's words are each one's own."""
    if compiled.status != fitted.status:
        return f"status {compiled.status} and {fitted.status}"
    if compiled.status != 200:
        ours, theirs = (json.loads(answer.body)["error"] for answer in (compiled, fitted))
        return None if _kind(ours) == _kind(theirs) else f"{_kind(ours)} and {_kind(theirs)}"
    rows = (json.loads(answer.body)["predictions"] for answer in (compiled, fitted))
    pairs = itertools.zip_longest(*rows, fillvalue={})
    return next((f"{ours} and {theirs}" for ours, theirs in pairs if not _agree(ours, theirs)), None)


def _agree(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        if "error" in ours and "error" in theirs:
            return _kind(ours["error"]) == _kind(theirs["error"])
        names = ours.keys() - {"prediction_id"}
        return names == theirs.keys() - {"prediction_id"} and all(_agree(ours[name], theirs[name]) for name in names)
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(ours == theirs)


def _kind(error: Mapping[str, Any]) -> tuple[Any, Any]:
    return error["kind"], error.get("field")
