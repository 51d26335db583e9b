"""A dataset's rows as events of entities: each with the stretch of time in which it is in force.

What `serin.domain.known` says of one moment, for all of a table at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.domain.charter import View

EVENT, CREATED, ACCEPTED, SINCE, UNTIL = "__event", "__created", "__accepted", "__since", "__until"
RANK = (EVENT, CREATED, ACCEPTED)
"""What decides between events of one entity: the greatest is the newest."""
_KEY, _BLANK = "__key_", "__blank"


def known_events(
    view: View, source: pl.DataFrame, key: Sequence[str], identity: Sequence[str], *values: pl.Expr
) -> pl.DataFrame:
    """The events of entities that the rows are, in the order of the rows, with `values`.

    `source` holds rows in the order they were accepted, all versions of each, and their numbers as `__accepted` where
    rows are left out that cannot matter; `identity` is their primary key, empty
    where none of them comes twice. Columns: the entity's `key`; `__event` and `__created`, of which the latter is the
    event's time where the view has none; `__accepted`, the row's number; `__since`, the later of the two times;
    `__until`, when the row's next version was created, null where there is none. What is in force at no moment
    is left out.
    """
    event, created = view.event_time or "", view.created_time or view.event_time or ""
    names = [_KEY + name for name in identity]
    events = source.select(
        *key,
        *(pl.col(name).alias(of) for name, of in zip(identity, names, strict=True)),
        pl.col(event).alias(EVENT),
        pl.col(created).alias(CREATED),
        pl.col(ACCEPTED) if ACCEPTED in source.columns else pl.int_range(pl.len(), dtype=pl.UInt32).alias(ACCEPTED),
        pl.lit(None, source.schema[event]).alias(UNTIL),
        *values,
    )
    if identity:
        events = (
            _in_force(events, names) if view.created_time else events.unique(names, keep="last", maintain_order=True)
        )
        events = events.drop(names)
    since = pl.when(pl.all_horizontal(pl.col(EVENT, CREATED).is_not_null())).then(pl.max_horizontal(EVENT, CREATED))
    events = events.with_columns(since.alias(SINCE)).drop_nulls([*key, SINCE])
    return events.filter((pl.col(UNTIL) > pl.col(SINCE)).fill_null(value=True)) if replaces(events) else events


def replaces(events: pl.DataFrame) -> bool:
    """Whether another version takes the place of any of the events."""
    return events[UNTIL].null_count() < events.height


def _in_force(versions: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The versions that are in force at some time, each until the one created next.

    One without a created time takes the place of all before it; of those created at one time the last is in force.
    """
    # Most rows come once, and windows over keys of several columns are dear.
    again = versions.select(names).is_duplicated()
    alone, versions = versions.filter(~again), versions.filter(again)
    if versions[CREATED].null_count():
        blank = pl.when(pl.col(CREATED).is_null()).then(pl.col(ACCEPTED)).max().over(names)
        always = pl.coalesce(CREATED, pl.col(CREATED).cum_min().forward_fill().over(names))
        versions = versions.with_columns(blank.alias(_BLANK), always.alias(CREATED))
        replaced = (pl.col(ACCEPTED) < pl.col(_BLANK)).fill_null(value=False)
        versions = versions.filter(~replaced).drop(_BLANK)
    versions = versions.unique([*names, CREATED], keep="last", maintain_order=True)
    until = pl.col(CREATED).shift(-1).over(names, order_by=CREATED)
    return pl.concat([alone, versions.with_columns(until.alias(UNTIL))]).sort(ACCEPTED)
