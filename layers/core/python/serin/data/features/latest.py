"""The last values of each entity in a set of rows, as the online store keeps them: now, and whenever they change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from serin.data.features.as_of import AT, FACT, newest_known
from serin.data.features.versions import ACCEPTED, EVENT, known_events
from serin.data.features.views import last_accepted, values_of
from serin.domain.charter import View
from serin.domain.features import EntityKey, OnlineValues, fitting

_NOW = "__now"


def latest_values(
    view: View,
    view_id: str,
    rows: pl.DataFrame,
    key: Sequence[str],
    identity: Sequence[str],
    wanted: pl.DataFrame,
    sequence: int,
    now: datetime,
) -> list[OnlineValues]:
    """Each entity `wanted`, as `rows` know it, which are those up to `sequence`: what answers from `now` on.

    `rows` and their `identity` are as `serin.data.features.views.with_view` has them. An entity that no row
    knows has no values. Keys and values are plain Python, timestamps in UTC.
    """
    if view.static:
        facts = (
            last_accepted(view, rows, key, identity)
            .drop(ACCEPTED, strict=False)
            .join(wanted, on=list(key), how="semi", maintain_order="left")
        )
        known = {row[: len(key)]: _static(view, view_id, row, sequence) for row in facts.iter_rows()}
    else:
        # Which version is in force is told by all rows: a correction may have moved one to another entity.
        events = known_events(view, rows, key, identity, *values_of(view))
        events = events.join(wanted, on=list(key), how="semi", maintain_order="left")
        steps = _from_now_on(newest_known(events, key), key, now)
        facts = events.select(pl.col(f"{view.name}.{name}").gather(steps[FACT]) for name in view.last)
        known = dict(_items(view, view_id, steps.select(*key, AT, EVENT).hstack(facts), len(key), sequence))
    entities = (row for row in wanted.select(key).iter_rows() if row not in known)
    unknown = (OnlineValues(EntityKey(view_id, entity), {}, None, sequence) for entity in entities)
    return [*map(fitting, known.values()), *unknown]


def _static(view: View, view_id: str, row: tuple[Any, ...], sequence: int) -> OnlineValues:
    width = len(row) - len(view.last)
    return OnlineValues(EntityKey(view_id, row[:width]), dict(zip(view.last, row[width:], strict=True)), None, sequence)


def _from_now_on(facts: pl.DataFrame, key: Sequence[str], now: datetime) -> pl.DataFrame:
    """Entity by entity the fact that is the newest known now, and those that come to be it."""
    facts = facts.unique([*key, AT], keep="last", maintain_order=True).sort(*key, AT)
    facts = facts.filter(pl.col(FACT).ne_missing(pl.col(FACT).shift(1).over(list(key))))
    current = pl.col(AT).filter(pl.col(AT) <= now).max().over(list(key))
    return facts.with_columns(current.alias(_NOW)).filter(pl.col(_NOW).is_null() | (pl.col(AT) >= pl.col(_NOW)))


def _items(
    view: View, view_id: str, steps: pl.DataFrame, width: int, sequence: int
) -> Iterator[tuple[tuple[Any, ...], OnlineValues]]:
    for entity, rows in groupby(steps.iter_rows(), key=itemgetter(slice(width))):
        key = EntityKey(view_id, entity)
        first, *later = (_step(view, key, row[width:], sequence) for row in rows)
        yield entity, replace(first, later=tuple(later)) if later else first


def _step(view: View, key: EntityKey, row: tuple[Any, ...], sequence: int) -> OnlineValues:
    since, event, *values = row
    if event is None:
        return OnlineValues(key, {}, None, sequence, since=since)
    named = dict(zip(view.last, values, strict=True))
    # A time that goes without saying is left out.
    return OnlineValues(key, named, event, sequence, None if since == event else since)
