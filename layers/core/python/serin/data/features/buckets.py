"""The buckets of events that online windows are counted from, made from a dataset's rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from serin.data.features.versions import EVENT, RANK, SINCE, UNTIL, known_events
from serin.data.features.windows import as_number
from serin.domain.buckets import MICROSECOND, Bucket, bucket_key, expiry, most_values, width
from serin.domain.charter import Scalar, View

START = "__start"


def buckets_touched(view: View, rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The entities and buckets the rows' events lie in, each once: the key's columns and `__start`.

    Each row counts, whatever others are versions of it: one that was replaced has left a bucket.
    """
    event = pl.col(view.event_time or "").dt.epoch("us")
    return rows.select(*key, _start(view, event)).drop_nulls().unique()


def buckets_of(
    view: View,
    view_id: str,
    rows: pl.DataFrame,
    key: Sequence[str],
    identity: Sequence[str],
    wanted: pl.DataFrame,
    sequence: int,
) -> list[Bucket]:
    """Each bucket `wanted`, with the events that `rows` have for it; one that has none any more is empty.

    `rows` and their `identity` are as `serin.data.features.views.with_view` has them.
    """
    events = _events(view, rows, key, identity)
    events = events.join(wanted, on=[*key, START], how="semi", maintain_order="left").sort(RANK)
    lists = events.group_by(*key, START, maintain_order=True).agg(SINCE, UNTIL, EVENT, *map(_of, view.columns))
    empty = wanted.join(lists, on=[*key, START], how="anti").select(*key, START)
    lists = pl.concat([lists, empty], how="diagonal")
    return [_bucket(view, view_id, row, len(key), sequence) for row in lists.iter_rows()]


def _bucket(view: View, view_id: str, row: tuple[Any, ...], width: int, sequence: int) -> Bucket:
    start, (since, until, times, *values) = row[width], (items or () for items in row[width + 1 :])
    if _weight(times, values) > most_values(view):
        key, nothing = bucket_key(view_id, row[:width], start), dict[str, tuple[Scalar | None, ...]]()
        return Bucket(key, (), (), nothing, sequence, expiry(view, start), too_many=len(times))
    return Bucket(
        bucket_key(view_id, row[:width], start),
        tuple(times),
        tuple(since),
        {name: tuple(column) for name, column in zip(view.columns, values, strict=True)},
        sequence,
        expiry(view, start),
        {place: end for place, end in enumerate(until) if end is not None},
    )


def _weight(times: Sequence[int], columns: Sequence[Sequence[Any]]) -> int:
    """What the bucket weighs, in values; eight letters of a text are one more."""
    letters = (len(value) for column in columns for value in column if isinstance(value, str))
    return len(times) * (1 + len(columns)) + sum(letters) // 8


def _events(view: View, rows: pl.DataFrame, key: Sequence[str], identity: Sequence[str]) -> pl.DataFrame:
    """The events with times in microseconds and the start of their bucket."""
    values = [_storable(rows, name).alias(_of(name)) for name in view.columns]
    events = known_events(view, rows, key, identity, *values)
    events = events.with_columns(pl.col(EVENT, SINCE, UNTIL).dt.epoch("us"))
    return events.with_columns(_start(view, pl.col(EVENT)))


def _start(view: View, event: pl.Expr) -> pl.Expr:
    step = width(view) // MICROSECOND
    return (event // step * step).alias(START)


def _of(name: str) -> str:
    return f"__of_{name}"


def _storable(rows: pl.DataFrame, name: str) -> pl.Expr:
    """Times are only ever counted, so any number will do for one."""
    number = as_number(rows, name)
    return number.to_physical() if rows.schema[name].is_temporal() else number
