"""What was known about an entity at a moment: point-in-time joins."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.data.features.as_of import FACT, MOMENT, joined_as_of, newest_known
from serin.data.features.marks import with_mark, with_presence
from serin.data.features.versions import ACCEPTED, EVENT, known_events
from serin.data.features.windows import check_windows, counted, with_windows
from serin.domain.charter import View
from serin.domain.errors import Invalid

_KNOWN = "__known"


def with_view(
    rows: pl.DataFrame, view: View, source: pl.DataFrame, key: Sequence[str], identity: Sequence[str] = ()
) -> pl.DataFrame:
    """The rows with `<view>.<value>` for each value of the view; null where nothing was known, or only too old.

    Which of the two it was is told by `__mark_<view>` (`serin.data.features.marks`).
    What is known at `__moment` is what `serin.domain.known` says: `source` holds rows in the order they were accepted,
    `identity` their primary key where some are versions of others. Every row stays, in its place, once.
    """
    return with_facts(rows, view, facts_of(view, source, key, identity), key)


def facts_of(view: View, source: pl.DataFrame, key: Sequence[str], identity: Sequence[str] = ()) -> pl.DataFrame:
    """What the rows of a source say of entities, in the order they were accepted: all that the view looks into.

    Rows that are versions of each other have to be there together; then facts of several sources are those of all of
    them together, in the order of `__accepted`.
    """
    check_source(view, source, key)
    if view.static:
        return last_accepted(view, source, key, identity)
    return known_events(view, source, key, identity, *(counted(view, source) if view.windows else values_of(view)))


def with_facts(rows: pl.DataFrame, view: View, facts: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The rows with the view's values, as `with_view` gives them, of `facts_of`."""
    _check_keys(rows, view, facts, key)
    if view.static:
        joined = _static(rows, view, facts, key)
    else:
        joined = with_windows(rows, view, facts, key) if view.windows else _as_of(rows, view, facts, key)
    if joined.height != rows.height:
        raise AssertionError(f"view {view.name} made {joined.height} rows of {rows.height}")
    return joined


def _static(rows: pl.DataFrame, view: View, facts: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    facts = _last_of_each(facts, key).drop(ACCEPTED, strict=False).with_columns(pl.lit(value=True).alias(_KNOWN))
    looked_up = rows.select(key).join(facts, on=list(key), how="left", validate="m:1", maintain_order="left")
    is_known = looked_up[_KNOWN].fill_null(value=False)
    return with_presence(rows.hstack(looked_up.drop(*key, _KNOWN)), view, is_known)


def last_accepted(view: View, source: pl.DataFrame, key: Sequence[str], identity: Sequence[str]) -> pl.DataFrame:
    """What a static view knows of each entity: `<view>.<value>` as its row that was accepted last says.

    `__accepted` is there where the source has it.
    """
    latest = source.unique(list(identity), keep="last", maintain_order=True) if identity else source
    numbers = [ACCEPTED] if ACCEPTED in source.columns else []
    return _last_of_each(latest.select(*key, *numbers, *values_of(view)).drop_nulls(key), key)


def _last_of_each(facts: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    return facts.unique(list(key), keep="last", maintain_order=True)


def _as_of(rows: pl.DataFrame, view: View, events: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    asked = rows.select(*key, MOMENT)
    joined = joined_as_of(asked, newest_known(events, key), key)
    fact = joined[FACT]
    if view.ttl is not None:
        fact = joined.select(pl.when(asked[MOMENT] - pl.col(EVENT) <= view.ttl).then(pl.col(FACT))).to_series()
    values = events.select(pl.col(f"{view.name}.{column}").gather(fact) for column in view.last)
    return with_mark(rows.hstack(values), view, joined[EVENT])


def values_of(view: View) -> list[pl.Expr]:
    """A view's last values, as `<view>.<value>`."""
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
