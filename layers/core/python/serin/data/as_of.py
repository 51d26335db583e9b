"""The point-in-time join: for each row, what was last true of its entity at its moment."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.domain.charter import View

MOMENT = "__moment"
EVENT, KNOWN = "__event", "__known"
_ORDER = "__order"


def known_events(view: View, source: pl.DataFrame, key: Sequence[str], *values: pl.Expr) -> pl.DataFrame:
    """The source's rows as events of entities, with `values`: when they happened and from when they are known.

    An event is known from the later of its time and its creation. Rows without a whole key or
    without these times say nothing. Rows keep their order.
    """
    event = pl.col(view.event_time or "")
    created = pl.col(view.created_time) if view.created_time else event
    known = pl.when(event.is_not_null() & created.is_not_null()).then(pl.max_horizontal(event, created))
    return source.select(*key, event.alias(EVENT), known.alias(KNOWN), *values).drop_nulls([*key, KNOWN])


def newest_known(events: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The events that were the newest known of their entity from the moment they became known.

    An event that becomes known late and is older than what is known by then is never the answer;
    of equal events the one known last is, and of these the last row.
    """
    events = events.sort(KNOWN, EVENT, maintain_order=True)
    newest = events.filter(pl.col(EVENT) == pl.col(EVENT).cum_max().over(list(key)))
    return newest.unique([*key, KNOWN], keep="last", maintain_order=True)


def joined_as_of(rows: pl.DataFrame, facts: pl.DataFrame, at: str, key: Sequence[str]) -> pl.DataFrame:
    """Each row, in its place, with its entity's fact that was the last at or before the row's moment.

    `facts` are sorted by `at`, one for each entity and time; null where there was none.
    """
    found = rows.with_columns(pl.int_range(pl.len()).alias(_ORDER)).sort(MOMENT, maintain_order=True)
    found = found.join_asof(
        facts, left_on=MOMENT, right_on=at, by=list(key), strategy="backward", check_sortedness=False
    )
    return found.sort(_ORDER).drop(_ORDER)
