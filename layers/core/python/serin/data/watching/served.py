"""What an endpoint served and answered on a day, from its prediction log, in the types of what its version learnt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import polars as pl

from serin.data.features.joins import SLICE
from serin.data.looks.asked import is_answer
from serin.domain.charter import Task
from serin.domain.watched import ANSWER

Kind = Literal["number", "category"]
Line = Mapping[str, Any]
NOTHING: Mapping[str, Any] = {}
_TYPES: Mapping[Kind, pl.DataType] = {"number": pl.Float64(), "category": pl.String()}


def served_rows(
    lines: Iterable[Line], answered: pl.DataFrame, kinds: Mapping[str, Kind], slices: Sequence[str], task: Task
) -> pl.DataFrame:
    """A row for each of the answered predictions (`serin.data.looks.asked.asked_rows`), with its features as served.

    Columns: `at`, the features of `kinds`, the answer (`ANSWER`), and a text for each column of `slices`
    (`serin.data.features.joins.SLICE` before its name). A value of another type than the version learnt is none.
    """
    counted = set(answered["prediction_id"])
    by_id = {line["prediction_id"]: line for line in lines if is_answer(line) and line["prediction_id"] in counted}
    rows = [by_id.get(name, NOTHING) for name in answered["prediction_id"]]
    served = [line.get("features", NOTHING) for line in rows]
    known = [{**line.get("inputs", NOTHING), **features} for line, features in zip(rows, served, strict=True)]
    columns = [answered["at"]]
    for name, kind in kinds.items():
        values = [_typed(row.get(name), kind) for row in served]
        columns.append(pl.Series(name, values, dtype=_TYPES[kind]))
    columns.append(answered["answer" if task == "multiclass" else "score"].alias(ANSWER))
    columns += [pl.Series(SLICE + name, [_text(row.get(name)) for row in known], dtype=pl.String) for name in slices]
    return pl.DataFrame(columns)


def answer_kind(task: Task) -> Kind:
    """A class, of a task with several, else a number."""
    return "category" if task == "multiclass" else "number"


def _typed(value: object, kind: Kind) -> float | str | None:
    if kind == "category":
        return _text(value)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    """A value as polars writes it as a text."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
