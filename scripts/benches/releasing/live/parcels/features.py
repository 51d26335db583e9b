"""A moment for each parcel: the order of arrival stands for time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def with_moments(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds `moment_utc`: an hour from each parcel to the next."""
    import polars as pl  # predict loads this package and has no polars

    return rows.with_columns(moment_utc=pl.lit(FIRST_MOMENT) + pl.duration(hours=pl.int_range(pl.len())))
