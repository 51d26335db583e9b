"""Requests made of a draft's rows: golden ones, and one to begin with."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from serin_cli.drafting.columns import required
from serin_cli.drafting.draft import Draft

GOLDEN_ROWS = 5


def golden_text(draft: Draft) -> str:
    """`golden.json`: rows from the whole file, each with a wide band for its answer."""
    expect = json.dumps(_expected(draft))
    rows = [f'  {{"instance": {json.dumps(row)},\n   "expect": {expect}}}' for row in instances(draft, GOLDEN_ROWS)]
    return "[\n" + ",\n".join(rows) + "\n]\n"


def instances(draft: Draft, count: int) -> list[dict[str, Any]]:
    """Rows of the file as requests, spread over the whole of it."""
    names = [column.name for column in draft.inputs]
    needed = [column.name for column in draft.inputs if required(column)]
    rows = draft.seen.typed.select(names).drop_nulls(needed)
    rows = rows.filter(pl.all_horizontal(pl.lit(value=True), *(_printable(name, rows) for name in names)))
    step = max(1, rows.height // count)
    return rows.gather_every(step).head(count).to_dicts()


def _printable(name: str, rows: pl.DataFrame) -> pl.Expr:
    is_text = rows.schema[name] == pl.String
    return ~pl.col(name).str.contains(r"\p{C}").fill_null(value=False) if is_text else pl.lit(value=True)


def _expected(draft: Draft) -> dict[str, Any]:
    if draft.positive:
        return {"positive": draft.positive.value, "probability": [0.0, 1.0]}
    if draft.task != "regression":
        return {"probability": [0.0, 1.0]}
    low, high = draft.label.low or 0.0, draft.label.high or 0.0
    return {"value": [round(low - (high - low), 6), round(high + (high - low), 6)]}
