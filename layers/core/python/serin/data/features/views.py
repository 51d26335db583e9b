"""What was known about an entity at a moment: point-in-time joins."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.data.contract.types import TIMESTAMP
from serin.data.features.as_of import EVENT, KNOWN, MOMENT, joined_as_of, known_events, newest_known
from serin.data.features.windows import check_windows, with_windows
from serin.domain.charter import View
from serin.domain.errors import Invalid

_FACT = "__fact"


def with_view(rows: pl.DataFrame, view: View, source: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The rows with `<view>.<value>` for each value of the view; null where nothing was known, or only too old.

    A value counts from the later of its event and its creation. Of what is known at `__moment`
    the newest event wins, and of equal events the last row; values older than the view's `ttl`
    are null. Every row stays, in its place, once.
    """
    check_source(view, source, key)
    _check_keys(rows, view, source, key)
    join = _static if view.static else with_windows if view.windows else _as_of
    joined = join(rows, view, source, key)
    if joined.height != rows.height:
        raise AssertionError(f"view {view.name} made {joined.height} rows of {rows.height}")
    return joined


def _static(rows: pl.DataFrame, view: View, source: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    facts = source.select(*key, *_values(view)).drop_nulls(key).unique(key, keep="last", maintain_order=True)
    found = rows.select(key).join(facts, on=list(key), how="left", validate="m:1", maintain_order="left")
    return rows.hstack(found.drop(key))


def _as_of(rows: pl.DataFrame, view: View, source: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    facts = newest_known(known_events(view, source, key, *_values(view)), key).with_row_index(_FACT)
    found = joined_as_of(rows.select(*key, MOMENT), facts.select(*key, EVENT, KNOWN, _FACT), KNOWN, key)
    fact = found[_FACT]
    if view.ttl is not None:
        fact = found.select(pl.when(pl.col(MOMENT) - pl.col(EVENT) <= view.ttl).then(pl.col(_FACT))).to_series()
    return rows.hstack(facts.select(pl.col(f"{view.name}.{column}").gather(fact) for column in view.last))


def _values(view: View) -> list[pl.Expr]:
    return [pl.col(column).alias(f"{view.name}.{column}") for column in view.last]


def check_source(view: View, source: pl.DataFrame, key: Sequence[str]) -> None:
    """Raise Invalid when the source, derived columns included, is not what the view needs."""
    times = [name for name in (view.event_time, view.created_time) if name]
    for name in (*key, *view.columns, *times):
        if name not in source.columns:
            raise Invalid(
                f"view {view.name} needs column '{name}', which {view.source} does not have.",
                "Correct the view, or derive the column.",
                view.name,
            )
    for name in times:
        if source.schema[name] != TIMESTAMP:
            raise Invalid(
                f"view {view.name} takes its time from '{name}', which is {source.schema[name]}.",
                "Name or derive a timestamp in UTC, with microseconds.",
                view.name,
            )
    check_windows(view, source)


def _check_keys(rows: pl.DataFrame, view: View, source: pl.DataFrame, key: Sequence[str]) -> None:
    for name in key:
        if rows.schema[name] != source.schema[name]:
            raise Invalid(
                f"'{name}' is {source.schema[name]} in {view.source} and {rows.schema[name]} in the truth's dataset.",
                "Give it one type in both contracts.",
                view.name,
            )
