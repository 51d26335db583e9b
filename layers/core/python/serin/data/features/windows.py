"""Windowed aggregates at a moment, exactly: each event counts over an interval, and intervals are swept in order.

An event counts from the moment it is known until it leaves the window, over [known, event + over).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from heapq import heappop, heappush

import polars as pl

from serin.data.contract.types import POLARS_TYPES
from serin.data.features.as_of import EVENT, KNOWN, MOMENT, joined_as_of, known_events, newest_known
from serin.domain.charter import View, Window
from serin.domain.errors import Invalid
from serin.domain.features import WINDOW_TYPES

_AT, _VALUE, _COUNT, _SUM, _FRESH, _PLACE = "__at", "__value", "__count", "__sum", "__fresh", "__place"
_LIMBS, _LIMB_BITS = 3, 30


def check_windows(view: View, source: pl.DataFrame) -> None:
    """Raise Invalid for a column that its window cannot count; a derived one has no type before."""
    for window in view.windows:
        found = source.schema[window.of]
        if found not in [POLARS_TYPES[name] for name in WINDOW_TYPES[window.do]]:
            raise Invalid(
                f"{view.name}.{window.name} is {window.do} of '{window.of}', which is {found} in {view.source}.",
                f"Derive one of: {', '.join(WINDOW_TYPES[window.do])}.",
                view.name,
            )


def with_windows(rows: pl.DataFrame, view: View, source: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The rows with `<view>.<window>` for each window; all null once the newest event known is older than the ttl."""
    values = [as_number(source, name).alias(f"__of_{name}") for name in view.columns]
    events = known_events(view, source, key, *values)
    newest = joined_as_of(rows, newest_known(events.select(*key, EVENT, KNOWN), key), KNOWN, key)
    age = pl.col(MOMENT) - pl.col(EVENT)
    fresh = newest.select((age <= view.ttl if view.ttl else age.is_not_null()).fill_null(value=False).alias(_FRESH))
    asked = rows.select(*key, MOMENT).with_columns(fresh)
    columns = [_value(asked, window, events, key).alias(f"{view.name}.{window.name}") for window in view.windows]
    return rows.with_columns(columns)


def as_number(source: pl.DataFrame, name: str) -> pl.Expr:
    """A truth value counts as 1 or 0; what is not a number, such as an infinite one, as nothing."""
    column, dtype = pl.col(name), source.schema[name]
    return pl.when(column.is_finite()).then(column) if dtype.is_float() else column


def _value(asked: pl.DataFrame, window: Window, events: pl.DataFrame, key: Sequence[str]) -> pl.Series:
    """One window's value for each row asked."""
    events = events.select(*key, EVENT, KNOWN, pl.col(f"__of_{window.of}").alias(_VALUE)).drop_nulls(_VALUE)
    fresh = pl.col(_FRESH)
    if window.do == "last":
        newest = joined_as_of(asked, newest_known(events, key), KNOWN, key)
        inside = fresh & (pl.col(MOMENT) - pl.col(EVENT) < window.over)
        return newest.select(pl.when(inside).then(pl.col(_VALUE))).to_series()
    until = (pl.col(EVENT) + window.over).alias(_AT)
    intervals = events.with_columns(until).filter(pl.col(KNOWN) < pl.col(_AT))
    if window.do in ("min", "max"):
        found = asked.with_columns(_extremes(asked, intervals, key, greatest=window.do == "max"))
        return found.select(pl.when(fresh).then(pl.col(_VALUE))).to_series()
    totals = _totals(asked, intervals, key)
    return totals.select(pl.when(fresh).then(_of_totals(window))).to_series()


def _of_totals(window: Window) -> pl.Expr:
    count, total = pl.col(_COUNT).fill_null(0), pl.col(_SUM)
    if window.do == "count":
        return count
    return pl.when(count > 0).then(total if window.do == "sum" else total / count)


def _totals(asked: pl.DataFrame, intervals: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """How many intervals hold each moment, and the sum of their values: running sums of who enters and who leaves."""
    parts, total = _parts(intervals[_VALUE])
    names = [_COUNT, *(part.name for part in parts)]
    entering = intervals.select(*key, pl.col(KNOWN).alias(_AT), pl.lit(1, pl.Int64).alias(_COUNT), *parts)
    leaving = intervals.select(*key, _AT, pl.lit(-1, pl.Int64).alias(_COUNT), *(-part for part in parts))
    running = pl.concat([entering, leaving]).sort(_AT)
    running = running.with_columns(pl.col(name).cum_sum().over(list(key)) for name in names)
    facts = running.unique([*key, _AT], keep="last", maintain_order=True)
    return joined_as_of(asked, facts, _AT, key).with_columns(total.alias(_SUM))


def _parts(values: pl.Series) -> tuple[list[pl.Series], pl.Expr]:
    """Integers that add up exactly however they come and go, and how their sums make the sum of the values.

    A running sum of floats keeps the errors of all that has left. So each is cut into integers of
    30 bits, counted from the greatest: what is lost is below 2**-90 of that one.
    """
    if not values.dtype.is_float():
        whole = values.cast(pl.Int64) if values.dtype == pl.Boolean or values.dtype.is_integer() else None
        part = (pl.zeros(len(values), pl.Int64, eager=True) if whole is None else whole).alias("__part_0")
        return [part], pl.col("__part_0")
    greatest = values.abs().max()
    exponent = math.frexp(greatest)[1] if isinstance(greatest, float) else 0
    rest = values * 2.0**-exponent
    parts, total = [], pl.lit(0.0)
    for limb in range(_LIMBS):
        rest = rest * 2.0**_LIMB_BITS
        parts.append(rest.cast(pl.Int64).alias(f"__part_{limb}"))
        rest = rest - parts[-1]
        total = total + pl.col(f"__part_{limb}") * 2.0 ** (exponent - _LIMB_BITS * (limb + 1))
    return parts, total


def _extremes(asked: pl.DataFrame, intervals: pl.DataFrame, key: Sequence[str], *, greatest: bool) -> pl.Series:
    """The least or greatest value among the intervals that hold each moment; entities one after the other."""
    place = pl.int_range(pl.len(), dtype=pl.Int64).alias(_PLACE)
    questions = asked.select(*key, pl.col(MOMENT).alias(KNOWN), place)
    stream = pl.concat([intervals.select(*key, KNOWN, _AT, _VALUE), questions], how="diagonal")
    # At one moment events come before questions: an event counts at the moment it is known.
    stream = stream.sort(*key, KNOWN, pl.col(_PLACE).is_not_null())
    sign, width = -1 if greatest else 1, len(key)
    found: list[object] = [None] * asked.height
    entity: tuple[object, ...] = ()
    heap: list[tuple[float, object]] = []
    for row in stream.iter_rows():
        at, until, value, index = row[width:]
        if row[:width] != entity:
            entity, heap = row[:width], []
        if index is None:
            heappush(heap, (sign * value, until))
            continue
        while heap and heap[0][1] <= at:
            heappop(heap)
        found[index] = sign * heap[0][0] if heap else None
    return pl.Series(_VALUE, found, intervals.schema[_VALUE])
