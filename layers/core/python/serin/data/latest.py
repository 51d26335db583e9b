"""The last values of each entity in a set of rows, as the online store keeps them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.domain.charter import View
from serin.domain.features import EntityKey, OnlineValues


def latest_values(rows: pl.DataFrame, view: View, key: Sequence[str]) -> list[OnlineValues]:
    """One for each entity in `rows`: its newest event, or for a static view its last row.

    Of equal events the last row wins; rows without a whole key, or without the event's time,
    say nothing. Keys and values are plain Python, timestamps in UTC.
    """
    facts = rows.select(*key, _event(view).alias("__event"), *(pl.col(name).alias(f".{name}") for name in view.last))
    facts = facts.drop_nulls(key)
    if not view.static:
        facts = facts.drop_nulls("__event").sort("__event", maintain_order=True)
    newest = facts.unique(key, keep="last", maintain_order=True)
    width = len(key)
    return [
        OnlineValues(EntityKey(view.name, row[:width]), dict(zip(view.last, row[width + 1 :], strict=True)), row[width])
        for row in newest.iter_rows()
    ]


def _event(view: View) -> pl.Expr:
    return pl.lit(None) if view.static or view.event_time is None else pl.col(view.event_time)
