"""What the temperature follows besides the weather: the hour of the day and the day of the year."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import polars as pl

PLACE = "America/New_York"


def clock(time_hour: datetime | None) -> int | None:
    """The hour that is asked about on the clocks of New York, 0 to 23."""
    return None if time_hour is None else time_hour.astimezone(ZoneInfo(PLACE)).hour


def day(time_hour: datetime | None) -> int | None:
    """Its day of the year there, 1 to 366."""
    return None if time_hour is None else time_hour.astimezone(ZoneInfo(PLACE)).timetuple().tm_yday


def observed(observations: pl.DataFrame) -> pl.DataFrame:
    """Adds `observed_utc`: an hour's weather is known once the hour is over; null where no temperature was taken."""
    import polars as pl  # predict loads this module and has no polars

    over = pl.when(pl.col("temp").is_not_null()).then(pl.col("time_hour") + pl.duration(hours=1))
    return observations.with_columns(over.alias("observed_utc"))
