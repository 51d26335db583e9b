"""What a view had for a row: nothing, or nothing that is fresh enough, as an endpoint says it of a prediction."""

from __future__ import annotations

import polars as pl

from serin.data.features.as_of import MOMENT
from serin.data.features.versions import EVENT
from serin.domain.buckets import MICROSECOND, look_back, width
from serin.domain.charter import View

MARK = "__mark_"
"""What the column of a view's marks begins with."""
MISSING, STALE = "missing", "stale"


def with_mark(rows: pl.DataFrame, view: View, newest: pl.Series) -> pl.DataFrame:
    """The rows with the view's mark; `newest` is when the newest event happened that was known of each row's entity.

    What happened before the first bucket that an endpoint looks into is not known there.
    """
    moment, event = pl.col(MOMENT), pl.col(EVENT)
    nothing, stale = event.is_null(), pl.lit(value=False)
    if view.windows:
        step, back = width(view) // MICROSECOND, look_back(view) // MICROSECOND
        nothing |= event.dt.epoch("us") < (moment.dt.epoch("us") - back) // step * step
    if view.ttl is not None:
        stale = moment - event > view.ttl
    known = pl.DataFrame([rows[MOMENT], newest.alias(EVENT)])
    mark = pl.when(nothing).then(pl.lit(MISSING)).when(stale).then(pl.lit(STALE))
    return rows.with_columns(known.select(mark.alias(MARK + view.name)).to_series())


def with_presence(rows: pl.DataFrame, view: View, is_known: pl.Series) -> pl.DataFrame:
    """The same of a view without times, which has something or nothing."""
    return rows.with_columns(pl.when(~is_known).then(pl.lit(MISSING)).alias(MARK + view.name))
