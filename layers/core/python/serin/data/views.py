"""What was known about an entity at a moment: point-in-time joins."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.domain.charter import View
from serin.domain.errors import Invalid

MOMENT = "__moment"
_EVENT, _KNOWN = "__event", "__known"


def with_view(rows: pl.DataFrame, view: View, source: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The rows with `<view>.<column>` for each column of the view; null where nothing was known, or only too old.

    A value counts from the later of its event and its creation. Of what is known at `__moment`
    the newest event wins, and of equal events the last row; values older than the view's `ttl`
    are null. Every row stays, in its place, once.
    """
    _check(rows, view, source, key)
    joined = _static(rows, view, source, key) if view.static else _as_of(rows, view, source, key)
    if joined.height != rows.height:
        raise AssertionError(f"view {view.name} made {joined.height} rows of {rows.height}")
    return joined


def _static(rows: pl.DataFrame, view: View, source: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    facts = source.select(*key, *_values(view)).drop_nulls(key).unique(key, keep="last", maintain_order=True)
    return rows.join(facts, on=list(key), how="left", validate="m:1", maintain_order="left")


def _as_of(rows: pl.DataFrame, view: View, source: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    order = "__order"
    place = pl.int_range(pl.len()).alias(order)
    joined = rows.with_columns(place).sort(MOMENT, maintain_order=True)
    joined = joined.join_asof(
        _advances(view, source, key),
        left_on=MOMENT,
        right_on=_KNOWN,
        by=list(key),
        strategy="backward",
        check_sortedness=False,
    )
    names = [f"{view.name}.{column}" for column in view.last]
    if view.ttl is not None:
        fresh = pl.col(MOMENT) - pl.col(_EVENT) <= view.ttl
        joined = joined.with_columns(pl.when(fresh).then(pl.col(name)).alias(name) for name in names)
    return joined.sort(order).select(*rows.columns, *names)


def _advances(view: View, source: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The rows that were the newest known of their entity from the moment they became known.

    A row that arrives late and is older than what is known by then is never the answer.
    """
    event = pl.col(view.event_time or "")
    created = pl.col(view.created_time) if view.created_time else event
    known = pl.when(event.is_not_null() & created.is_not_null()).then(pl.max_horizontal(event, created))
    facts = source.select(*key, event.alias(_EVENT), known.alias(_KNOWN), *_values(view))
    facts = facts.drop_nulls([*key, _KNOWN]).sort(_KNOWN, _EVENT, maintain_order=True)
    newest = facts.filter(pl.col(_EVENT) == pl.col(_EVENT).cum_max().over(list(key)))
    return newest.unique([*key, _KNOWN], keep="last", maintain_order=True)


def _values(view: View) -> list[pl.Expr]:
    return [pl.col(column).alias(f"{view.name}.{column}") for column in view.last]


def _check(rows: pl.DataFrame, view: View, source: pl.DataFrame, key: Sequence[str]) -> None:
    times = [name for name in (view.event_time, view.created_time) if name]
    for name in (*key, *view.last, *times):
        if name not in source.columns:
            raise Invalid(
                f"view {view.name} needs column '{name}', which {view.source} does not have.",
                "Correct the view, or derive the column.",
                view.name,
            )
    for name in key:
        if rows.schema[name] != source.schema[name]:
            raise Invalid(
                f"'{name}' is {source.schema[name]} in {view.source} and {rows.schema[name]} in the truth's dataset.",
                "Give it one type in both contracts.",
                view.name,
            )
