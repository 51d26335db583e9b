"""Windowed aggregates at a moment, exactly: each event counts over a span of time, and all spans are counted at once.

An event counts from the moment it is known until it leaves the window or another version takes its place, over
[since, min(event + over, until)).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from serin.data.contract.types import POLARS_TYPES
from serin.data.features.as_of import FACT, MOMENT, joined_as_of, newest_known
from serin.data.features.exact_sums import counts, exact_sums
from serin.data.features.marks import with_mark
from serin.data.features.spans import Integers, Places, last_holding, micros
from serin.data.features.versions import EVENT, SINCE, UNTIL
from serin.domain.charter import View, Window
from serin.domain.errors import Invalid
from serin.domain.features import WINDOW_TYPES

_FRESH = "__fresh"


def check_windows(view: View, source: pl.DataFrame) -> None:
    """Raise Invalid for a column that its window cannot count; a derived one has no type before."""
    for window in view.windows:
        kind = source.schema[window.of]
        if kind not in [POLARS_TYPES[name] for name in WINDOW_TYPES[window.do]]:
            raise Invalid(
                f"{view.name}.{window.name} is {window.do} of '{window.of}', which is {kind} in {view.source}.",
                f"Derive one of: {', '.join(WINDOW_TYPES[window.do])}.",
                view.name,
            )


def counted(view: View, source: pl.DataFrame) -> list[pl.Expr]:
    """What a view's windows count of the events of a source."""
    return [as_number(source, name).alias(_of(name)) for name in view.columns]


def with_windows(rows: pl.DataFrame, view: View, events: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The rows with `<view>.<window>` for each window; all null once the newest event known is older than the ttl.

    `events` are `serin.data.features.views.facts_of`.
    """
    counter = _Counter(rows.select(*key, MOMENT), events, key)
    fresh = counter.younger(counter.newest, view.ttl)
    columns = [
        pl.select(pl.when(fresh).then(counter.value(window)).alias(f"{view.name}.{window.name}")).to_series()
        for window in view.windows
    ]
    return with_mark(rows.with_columns(columns), view, counter.newest[EVENT])


def as_number(source: pl.DataFrame, name: str) -> pl.Expr:
    """A truth value counts as 1 or 0; what is not a number, such as an infinite one, as nothing; -0.0 as 0.0."""
    column, dtype = pl.col(name), source.schema[name]
    return pl.when(column.is_finite()).then(column + 0.0) if dtype.is_float() else column


class _Counter:
    """The events of a view as spans over the moments that are asked about."""

    def __init__(self, asked: pl.DataFrame, events: pl.DataFrame, key: Sequence[str]) -> None:
        self._asked, self._all, self._key = asked, events, key

    @cached_property
    def newest(self) -> pl.DataFrame:
        """The newest event known of each row's entity."""
        return joined_as_of(self._asked, newest_known(self._all, self._key), self._key)

    @cached_property
    def _places(self) -> Places:
        return Places(self._asked, self._key, MOMENT)

    @cached_property
    def _events(self) -> pl.DataFrame:
        return self._places.of_known(self._all)

    @cached_property
    def _starts(self) -> Integers:
        return self._places.first_from(self._events, micros(self._events[SINCE]))

    def younger(self, newest: pl.DataFrame, than: timedelta | None) -> pl.Series:
        """Whether there is a newest event, and not older than that."""
        age = self._asked[MOMENT] - newest[EVENT]
        return age.is_not_null() if than is None else (age <= than).fill_null(value=False)

    def value(self, window: Window) -> pl.Series:
        """One window's value for each row."""
        if window.do == "last":
            return self._last(window)
        filled = self._events[_of(window.of)].is_not_null().to_numpy()
        values = self._events[_of(window.of)].drop_nulls()
        starts, ends = self._starts[filled], self._ends(window)[filled]
        if window.do in ("min", "max"):
            return self._extreme(values, starts, ends, greatest=window.do == "max")
        number = counts(starts, ends, len(self._places))
        if window.do == "count":
            return self._of_rows(number)
        total = exact_sums(values.to_numpy(), starts, ends, len(self._places))
        with np.errstate(invalid="ignore", divide="ignore"):
            answer = total if window.do == "sum" else total / number
        of_rows = self._of_rows(answer)
        # Of nothing there is no sum, and one that is greater than any number is none.
        return of_rows.set(~(of_rows.is_finite() & (self._of_rows(number) > 0)), None)

    def _ends(self, window: Window) -> Integers:
        leaves = micros(self._events.select(pl.min_horizontal(pl.col(EVENT) + window.over, UNTIL)).to_series())
        # An event that becomes known later than it leaves counts nowhere.
        return np.maximum(self._starts, self._places.first_from(self._events, leaves))

    def _last(self, window: Window) -> pl.Series:
        events = self._all.drop_nulls(_of(window.of))
        newest = joined_as_of(self._asked, newest_known(events, self._key), self._key)
        inside = self._asked[MOMENT] - newest[EVENT] < window.over
        return events[_of(window.of)].gather(newest[FACT]).set(~inside.fill_null(value=False), None)

    def _extreme(self, values: pl.Series, starts: Integers, ends: Integers, *, greatest: bool) -> pl.Series:
        order = values.arg_sort(descending=not greatest).to_numpy()
        holding = self._of_rows(last_holding(starts[order], ends[order], len(self._places)))
        extremes = values.gather(order).gather(holding.set(holding < 0, None))
        # Of two equal noughts neither comes first, as in `serin.domain.arithmetic.extreme`.
        return extremes.set((extremes == 0).fill_null(value=False), 0.0) if extremes.dtype.is_float() else extremes

    def _of_rows(self, values: npt.NDArray[Any]) -> pl.Series:
        return pl.Series(self._places.in_rows(values))


def _of(name: str) -> str:
    return f"__of_{name}"
