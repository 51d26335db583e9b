"""Rows to ask a released version, and whether each was answered or has an error of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import jsonschema_rs

from benches.coding.asking import Answered, Endpoint
from serin.http.predictions import response_schema

_TEXTS = ("red", "green", "", "purple 17", "x" * 256, "für\u2003", "\U0001f426", "null", "0", None)
_NUMBERS = (0.0, -0.0, -1.5, 1e-320, 1e9, 1.7e308, -1.7e308, None)
_WHOLE = (0, -1, 3, 9, 123457, 2**53, 2**63 - 1, -(2**63))
_TIMES = ("1678-01-01T00:00:00Z", "2012-02-29T23:59:59.999999+14:00", "2261-12-31T00:00:00Z")


def odd_rows(usual: Mapping[str, object], random: Random, count: int) -> Iterator[dict[str, object]]:
    """The usual row, then it with one input at an odd value each, then rows of odd values only."""
    odd: Mapping[str, Sequence[object]] = {
        **{"color": _TEXTS, "x": _NUMBERS, "size": _WHOLE, "at": _TIMES, "warm": (True, False)}
    }
    rows = [dict(usual), *({**usual, name: value} for name, values in odd.items() for value in values)]
    random.shuffle(rows)
    yield dict(usual)
    yield from rows[: count // 2]
    for _ in range(count - count // 2 - 1):
        yield {name: random.choice(values) for name, values in odd.items()}


@dataclass
class Seen:
    """What came of rows, and what must not have come."""

    rows: int = 0
    answered: int = 0
    row_errors: int = 0
    anonymous_5xx: int = 0
    faults: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def fault(self, what: str) -> None:
        """Something that must not be."""
        self.faults.append(what[:400])


def ask(endpoint: Endpoint, rows: Sequence[Mapping[str, object]], seen: Seen) -> None:
    """Ask each row alone and all together: a row's answer must not hang on its company."""
    alone = [_one(endpoint, row, seen) for row in rows]
    together = _asked(endpoint, rows, seen)
    if together is None:
        return
    for number, (one, other) in enumerate(zip(alone, together, strict=True)):
        if one is not None and _said(one) != _said(other):
            seen.fault(f"row {number} alone {_said(one)}, in company {_said(other)}: {rows[number]}")


def _one(endpoint: Endpoint, row: Mapping[str, object], seen: Seen) -> Mapping[str, Any] | None:
    answers = _asked(endpoint, [row], seen)
    seen.rows += 1
    if answers is None:
        return None
    (answer,) = answers
    seen.answered += "error" not in answer
    seen.row_errors += "error" in answer
    if "error" in answer:
        seen.errors[answer["error"].get("field", "")] += 1
    return answer


def _asked(endpoint: Endpoint, rows: Sequence[Mapping[str, object]], seen: Seen) -> list[Mapping[str, Any]] | None:
    try:
        answer = endpoint.ask(rows)
    except ValueError as error:
        seen.fault(f"the answer is no JSON: {error}")
        return None
    if answer.status >= 500:
        named = answer.raised is None and answer.body["error"]["kind"] != "internal"
        seen.anonymous_5xx += not named
    if answer.status != 200:
        seen.fault(f"status {answer.status}: {answer.raised or answer.body}")
        return None
    for what in _misfits(endpoint, answer, rows):
        seen.fault(what)
    predictions: list[Mapping[str, Any]] = answer.body["predictions"]
    return predictions if len(predictions) == len(rows) else None


def _misfits(endpoint: Endpoint, answer: Answered, rows: Sequence[object]) -> Iterator[str]:
    body, lines = answer.body, [line for line in answer.lines if "prediction_id" in line]
    try:
        jsonschema_rs.validator_for(response_schema(endpoint.charter)).validate(body)
    except ValueError as error:
        yield f"not the answer of /openapi.json: {error}"
    errors = [(place, row["error"]) for place, row in enumerate(body["predictions"]) if "error" in row]
    if body.get("failed", 0) != len(errors):
        yield f"{len(errors)} rows failed and the answer counts {body.get('failed')}"
    if any(error["row"] != place or error["kind"] != "model_failed" for place, error in errors):
        yield f"errors that are not of their rows: {errors}"
    ids = [row["prediction_id"] for row in body["predictions"]]
    if len(body["predictions"]) != len(rows) or [line["prediction_id"] for line in lines] != ids:
        yield f"{len(rows)} rows, {len(ids)} answers, {len(lines)} lines of the log"
    failed = [line["prediction_id"] for line in lines if line["status"] == "failed"]
    if failed != [ids[place] for place, _ in errors]:
        yield f"{len(errors)} rows failed and the log says it of {len(failed)}"


def _said(row: Mapping[str, Any]) -> Any:
    return "an error" if "error" in row else (row["label"], round(row["probability"], 12))
