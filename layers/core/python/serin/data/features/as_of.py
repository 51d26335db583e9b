"""The point-in-time join: for each row, what was last true of its entity at its moment."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.data.features.spans import Places, last_holding, micros
from serin.data.features.versions import CREATED, EVENT, RANK, SINCE, UNTIL, replaces

MOMENT = "__moment"
AT, FACT = "__at", "__fact"
_ORDER = "__order"


def newest_known(events: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """What is the newest known of each entity, from which moment on: `key`, `__at`, `__event`, `__fact`, by `__at`.

    `events` are `serin.data.features.versions.known_events`; `__fact` is an event's place among them, null from where
    on nothing is known any more. Of equal `__at` of one entity the last row counts.
    """
    facts = _steps(events, key) if replaces(events) else _staircase(events, key)
    return facts.select(*key, AT, EVENT, FACT)


def _staircase(events: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Of events that stay: one that becomes known late and is older than what is known by then is never the answer."""
    late, early = events.select((pl.col(SINCE) > pl.col(EVENT)).any(), (pl.col(CREATED) < pl.col(EVENT)).any()).row(0)
    by = [AT, *([EVENT] if late else []), *([CREATED] if early else [])]
    facts = events.select(
        *key,
        pl.col(SINCE).alias(AT),
        EVENT,
        *(name for name in by if name == CREATED),
        pl.int_range(pl.len(), dtype=pl.UInt32).alias(FACT),
    )
    facts = facts.sort(by, maintain_order=True)
    return facts.filter(pl.col(EVENT) == pl.col(EVENT).cum_max().over(list(key))) if late else facts


def _steps(events: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Of events that other versions end as well: what wins at each moment at which one comes or goes."""
    begins, ends = (events.select(*key, pl.col(name).alias(AT)) for name in (SINCE, UNTIL))
    moments = pl.concat([begins, ends.drop_nulls(AT)]).unique().sort(AT)
    places = Places(moments, key, AT)
    ranked = places.of_known(events.select(*key, *RANK, SINCE, UNTIL).with_row_index(FACT).sort(RANK))
    since, until = (places.first_from(ranked, micros(ranked[name])) for name in (SINCE, UNTIL))
    holding = pl.Series(places.in_rows(last_holding(since, until, len(places))))
    holding = holding.set(holding < 0, None)
    return moments.with_columns(ranked[name].gather(holding).alias(name) for name in (EVENT, FACT))


def joined_as_of(rows: pl.DataFrame, facts: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """For each row, in its place, the fact that was the newest known of its entity at its moment.

    `rows` have `key` and `__moment`, `facts` are `newest_known`. Columns: `__event` and `__fact`, null where nothing
    was known.
    """
    in_order = rows[MOMENT].is_sorted()
    if not in_order:
        rows = rows.with_row_index(_ORDER).sort(MOMENT, maintain_order=True)
    joined = rows.join_asof(
        facts, left_on=MOMENT, right_on=AT, by=list(key), strategy="backward", check_sortedness=False
    )
    if not in_order:
        joined = joined.sort(_ORDER)
    return joined.select(EVENT, FACT)
