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
    """The events that were the newest known of their entity once they were known, by the time they became known.

    An event that becomes known late and is older than what is known by then is never the answer;
    of equal events the one known last is, and of these the last row.
    """
    if events.select((pl.col(EVENT) == pl.col(KNOWN)).all()).item():
        return events.sort(KNOWN, maintain_order=True)
    events = events.sort(KNOWN, EVENT, maintain_order=True)
    return events.filter(pl.col(EVENT) == pl.col(EVENT).cum_max().over(list(key)))


def joined_as_of(rows: pl.DataFrame, facts: pl.DataFrame, at: str, key: Sequence[str]) -> pl.DataFrame:
    """Each row, in its place, with its entity's fact that was the last at or before the row's moment.

    `facts` are sorted by `at`, of equal times the last counts; null where there was none.
    """
    # Only what is looked for is moved about, for rows may be wide; training's are sorted already.
    asked = rows.select(*key, MOMENT)
    in_order = asked[MOMENT].is_sorted()
    if not in_order:
        asked = asked.with_row_index(_ORDER).sort(MOMENT, maintain_order=True)
    found = asked.join_asof(
        facts, left_on=MOMENT, right_on=at, by=list(key), strategy="backward", check_sortedness=False
    )
    if not in_order:
        found = found.sort(_ORDER)
    return rows.hstack(found.select(name for name in facts.columns if name not in key))
