"""The last values of each entity in a set of rows, as the online store keeps them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.domain.charter import View
from serin.domain.features import EntityKey, OnlineValues


def latest_values(
    view: View, view_id: str, rows: pl.DataFrame, key: Sequence[str], wanted: pl.DataFrame, sequence: int
) -> list[OnlineValues]:
    """Each entity `wanted`, as `rows` know it, which are those up to `sequence`: its newest event, or its last row.

    Of equal events the last row wins; rows without a whole key, or without the event's time, say nothing. An entity
    that no row knows has no values. Keys and values are plain Python, timestamps in UTC.
    """
    facts = rows.select(*key, _event(view).alias("__event"), *(pl.col(name).alias(f".{name}") for name in view.last))
    facts = facts.join(wanted, on=list(key), how="semi", maintain_order="left")
    if not view.static:
        facts = facts.drop_nulls("__event").sort("__event", maintain_order=True)
    newest = facts.unique(key, keep="last", maintain_order=True)
    width = len(key)
    known = ((row[:width], zip(view.last, row[width + 1 :], strict=True), row[width]) for row in newest.iter_rows())
    unknown = ((row, (), None) for row in wanted.join(newest, on=list(key), how="anti").select(key).iter_rows())
    return [
        OnlineValues(EntityKey(view_id, entity), dict(values), event, sequence)
        for entity, values, event in (*known, *unknown)
    ]


def _event(view: View) -> pl.Expr:
    return pl.lit(None) if view.static or view.event_time is None else pl.col(view.event_time)
