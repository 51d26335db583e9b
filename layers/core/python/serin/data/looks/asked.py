"""What a model was asked and answered on a day, from lines of its prediction log, as one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.data.contract.types import POLARS_TYPES
from serin.domain.charter import Input, Task
from serin.domain.errors import Invalid
from serin.domain.fields import read_field
from serin.domain.names import digest
from serin.domain.records import record_digest
from serin.domain.truth import label_text

INPUT = "input_"
Line = Mapping[str, Any]


def asked_rows(lines: Iterable[Line], inputs: Sequence[Input], task: Task) -> pl.DataFrame:
    """Each answered prediction once, by its moment; of a request that was repeated, its newest attempt.

    Columns: `prediction_id`, `at`, `version` of the model, `score` (a list, one a class, of a multiclass task),
    `answer` (`label_text` of the label, null of a regression), then `input_<name>` for each input in its own type, null
    where the log has none that the charter could read.
    """
    answered: dict[str, Line] = {}
    for line in filter(is_answer, lines):
        before = answered.get(line["prediction_id"], line)
        answered[line["prediction_id"]] = max(before, line, key=_attempt)
    newest: dict[str, tuple[str, str]] = {}
    for line in answered.values():
        key = line.get("key") or line["request_id"]
        newest[key] = max(newest.get(key, ("", "")), _attempt(line))
    counted = [
        line for line in answered.values() if newest[line.get("key") or line["request_id"]][1] == line["request_id"]
    ]
    columns: dict[str, list[Any]] = {
        "prediction_id": [line["prediction_id"] for line in counted],
        "at": [_value(_AT, line["at"]) for line in counted],
        "version": [line["version"] for line in counted],
        "score": [line["score"] for line in counted],
        "answer": [None if line.get("label") is None else label_text(line["label"]) for line in counted],
    }
    for item in inputs:
        columns[INPUT + item.name] = [_value(item, line["inputs"].get(item.name)) for line in counted]
    return pl.DataFrame(columns, schema=_schema(inputs, task)).sort("at", "prediction_id")


def _attempt(line: Line) -> tuple[str, str]:
    return str(line["at"]), line["request_id"]


def reading_of(inputs: Sequence[Input], task: Task) -> str:
    """Names how `asked_rows` reads a log: the same lines make the same table under one name."""
    return digest(task, *(record_digest(item) for item in inputs))


def _schema(inputs: Sequence[Input], task: Task) -> dict[str, pl.DataType]:
    score = pl.List(pl.Float64()) if task == "multiclass" else pl.Float64()
    schema = {
        "prediction_id": pl.String(),
        "at": TIMESTAMP,
        "version": pl.Int64(),
        "score": score,
        "answer": pl.String(),
    }
    return schema | {INPUT + item.name: POLARS_TYPES[item.type] for item in inputs}


_AT = Input("at", "timestamp")


def _value(item: Input, value: object) -> Any:
    try:
        return read_field(item, value)
    except Invalid:
        return None


def is_answer(line: Line) -> bool:
    """Whether a line is of a caller's question that was answered."""
    return line.get("status") == "ok" and line.get("score") is not None and "shadow" not in line
