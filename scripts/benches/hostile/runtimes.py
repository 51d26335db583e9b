"""One request to a model twice, compiled and by scikit-learn: what of the two answers differs."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benches.hostile.bodies import predict_requests
from benches.hostile.handlers import Handlers
from benches.hostile.requests import Answered, Sent
from serin.domain.charter import Charter, Input

TOLERANCE = 1e-9
_OWN = {"prediction_id", "explanation"}
_EXPLAINED = 0.25
_TOLD = 10
_ODD: Mapping[str, tuple[Any, ...]] = {
    "string": ("", "north", "NORTH", "nan", "None", "\0", "é", "e\u0301", "x" * 250, "1", " "),
    "integer": (0, -1, 2**31, -(2**31), 2**53, -(2**53)),
    "number": (0, -0.0, 1, 5e-324, 1e-45, 3.5e38, -3.5e38, 1e300, -1e300, 2**53, 0.1),
    "boolean": (True, False),
    "timestamp": ("1970-01-01T00:00:00Z", "2013-04-01T12:00:00.999999Z", "2099-12-31T23:59:59+00:00"),
}


def odd_requests(inputs: Sequence[Input], good: Mapping[str, Any], seed: int) -> Iterator[bytes]:
    """Without end: bodies of one to four rows, each good but for some values at the ends of what may be sent.

    Every fourth asks to be explained.
    """
    rng = random.Random(seed)
    while True:
        rows = []
        for _ in range(rng.choice((1, 1, 2, 4))):
            chosen = rng.sample(list(inputs), rng.randint(0, len(inputs)))
            rows.append({**good, **{item.name: rng.choice((*_ODD[item.type], None)) for item in chosen}})
        asked = {"explain": True} if rng.random() < _EXPLAINED else {}
        yield json.dumps({"instances": rows, **asked}).encode()


def difference(compiled: Answered, fitted: Answered) -> str | None:
    """In words; None where the two say the same. Ids are drawn, and an error's words are each one's own.

    Only the compiled one explains, and what it says has to add up.
    """
    if compiled.status != fitted.status:
        return f"status {compiled.status} and {fitted.status}"
    if compiled.status != 200:
        ours, theirs = (json.loads(answer.body)["error"] for answer in (compiled, fitted))
        return None if _kind(ours) == _kind(theirs) else f"{_kind(ours)} and {_kind(theirs)}"
    rows = [json.loads(answer.body)["predictions"] for answer in (compiled, fitted)]
    if wrong := next(filter(None, map(_wrongly_explained, rows[0])), None):
        return wrong
    pairs = itertools.zip_longest(*rows, fillvalue={})
    return next((f"{ours} and {theirs}" for ours, theirs in pairs if not _agree(ours, theirs)), None)


def _agree(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        if "error" in ours and "error" in theirs:
            return _kind(ours["error"]) == _kind(theirs["error"])
        names = ours.keys() - _OWN
        return names == theirs.keys() - _OWN and all(_agree(ours[name], theirs[name]) for name in names)
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(ours == theirs)


def _kind(error: Mapping[str, Any]) -> tuple[Any, Any]:
    return error["kind"], error.get("field")


def _wrongly_explained(row: Mapping[str, Any]) -> str | None:
    """What is wrong with how a row of a model with one margin came to be, by what the row itself says."""
    told = row.get("explanation", {})
    if "contributions" not in told:
        return None
    total, margin = told["base"] + sum(told["contributions"].values()), told["margin"]
    if not math.isclose(total, margin, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
        return f"contributions add up to {total}, and the margin is {margin}"
    if told["explains"] != "logit":
        return None
    probability = 1 / (1 + math.exp(-margin)) if margin > -700 else 0.0
    if math.isclose(probability, row["probability"], rel_tol=TOLERANCE, abs_tol=TOLERANCE):
        return None
    return f"the margin {margin} is the probability {probability}, and {row['probability']} was answered"


def compared(
    compiled: Handlers, fitted: Handlers, charter: Charter, good: Mapping[str, Any], count: int, seed: int
) -> dict[str, Any]:
    """The figures of `count` requests that both were sent: half of them odd, half of them wrong in some way."""
    statuses: Counter[str] = Counter()
    differences: list[str] = []
    explained, runtimes = 0, Counter[str]()
    for sent in itertools.islice(_asked(charter, good, seed), count):
        ours, theirs = compiled.send(sent), fitted.send(sent)
        statuses[str(ours.status)] += 1
        explained += b'"contributions"' in ours.body
        runtimes.update(json.loads(log)["runtime"] for log in (*_lines(ours), *_lines(theirs)))
        if found := difference(ours, theirs):
            differences.append(f"{found}, asked {sent.body[:300]!r}")
    errors = sum(number for status, number in statuses.items() if status >= "500")
    return {
        "requests": count,
        "statuses": dict(statuses),
        "rows_by_runtime": dict(runtimes),
        "explained": explained,
        "server_errors": errors,
        "different": len(differences),
        "examples": differences[:_TOLD],
    }


def _asked(charter: Charter, good: Mapping[str, Any], seed: int) -> Iterator[Sent]:
    path = f"/models/{charter.model}/predict"
    odd = (Sent("odd", f"POST {path}", path, body) for body in odd_requests(charter.inputs, good, seed))
    for one, other in zip(odd, predict_requests(charter.model, good, seed), strict=False):
        yield from (one, other)


def _lines(answered: Answered) -> list[str]:
    """The lines of answered rows in the log."""
    return [line for line in answered.log.splitlines() if '"prediction_id"' in line]
