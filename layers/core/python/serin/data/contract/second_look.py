"""Reading what one way of reading has left: it costs nothing where everything was read."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl


def looked_at_again(text: pl.Series, values: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The values, and where there is none for a text what `read` makes of it."""
    if values.null_count() == text.null_count():
        return values
    places = (values.is_null() & text.is_not_null()).arg_true()
    return values.scatter(places, read(text.gather(places)))
