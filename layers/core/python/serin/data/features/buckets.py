"""The buckets of events that online windows are counted from, made from a dataset's rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from serin.data.features.as_of import EVENT, KNOWN, known_events
from serin.data.features.windows import as_number
from serin.domain.buckets import MICROSECOND, Bucket, bucket_key, expiry, width
from serin.domain.charter import View

START = "__start"
# The entity, the start of the bucket, event times, from when each is known, and the values by column.
_Contents = tuple[tuple[Any, ...], int, list[int], list[int], dict[str, list[Any]]]


def buckets_touched(view: View, rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The entities and buckets the rows' events lie in, each once: the key's columns and `__start`."""
    return _events(view, rows, key).select(*key, START).unique()


def buckets_of(
    view: View, view_id: str, rows: pl.DataFrame, key: Sequence[str], wanted: pl.DataFrame, sequence: int
) -> list[Bucket]:
    """Each bucket `wanted`, with the events that `rows` have for it; one that has none any more is empty."""
    events = _events(view, rows, key).join(wanted, on=[*key, START], how="semi", maintain_order="left")
    events = events.sort(EVENT, KNOWN, maintain_order=True)
    lists = events.group_by(*key, START, maintain_order=True).agg(pl.all())
    empty = wanted.join(lists, on=[*key, START], how="anti").select(*key, START)
    found: list[_Contents] = [*_rows(lists, view, key), *((row[:-1], row[-1], [], [], {}) for row in empty.iter_rows())]
    return [
        Bucket(
            bucket_key(view_id, entity, start),
            tuple(times),
            tuple(known),
            {name: tuple(values.get(name, ())) for name in view.columns},
            sequence,
            expiry(view, start),
        )
        for entity, start, times, known, values in found
    ]


def _events(view: View, rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The events with times in microseconds and the start of their bucket."""
    step = width(view) // MICROSECOND
    values = [_storable(rows, name).alias(f"__of_{name}") for name in view.columns]
    events = known_events(view, rows, key, *values)
    events = events.with_columns(pl.col(EVENT, KNOWN).dt.epoch("us"))
    return events.with_columns((pl.col(EVENT) // step * step).alias(START))


def _storable(rows: pl.DataFrame, name: str) -> pl.Expr:
    """Times are only ever counted, so any number will do for one."""
    number = as_number(rows, name)
    return number.to_physical() if rows.schema[name].is_temporal() else number


def _rows(lists: pl.DataFrame, view: View, key: Sequence[str]) -> Iterator[_Contents]:
    for row in lists.iter_rows(named=True):
        values = {name: row[f"__of_{name}"] for name in view.columns}
        yield tuple(row[name] for name in key), row[START], row[EVENT], row[KNOWN], values
