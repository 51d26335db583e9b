"""What the flight model derives from its datasets, and what it computes from a request.

The functions of a request are plain Python: they run in `predict`, which has no polars, and any
argument may be None.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    import polars as pl

ORIGINS = "America/New_York"
LATE_MINUTES = 15
GROUND_MINUTES = 28


def hour(sched_dep_utc: datetime | None) -> int | None:
    """The hour of the scheduled departure on the clocks of New York, 0 to 23."""
    return None if sched_dep_utc is None else sched_dep_utc.astimezone(ZoneInfo(ORIGINS)).hour


def weekday(sched_dep_utc: datetime | None) -> int | None:
    """The weekday of the scheduled departure in New York, Monday is 0."""
    return None if sched_dep_utc is None else sched_dep_utc.astimezone(ZoneInfo(ORIGINS)).weekday()


def plane_age(sched_dep_utc: datetime | None, plane_year: int | None) -> int | None:
    """Years since the plane was built."""
    if sched_dep_utc is None or plane_year is None:
        return None
    return sched_dep_utc.astimezone(ZoneInfo(ORIGINS)).year - int(plane_year)


def flight_times(flights: pl.DataFrame, airports: pl.DataFrame) -> pl.DataFrame:
    """Adds the moments of a flight in UTC, and whether it was `late`.

    - `sched_dep_utc`: `time_hour` is the hour of the scheduled departure in UTC; only the minutes
      are added.
    - `departed_utc`: that and the departure delay; null for a flight that never departed.
    - `landed_utc`: the scheduled arrival and the arrival delay. The schedule is in the
      destination's local time and has no date: it is the first such time after the scheduled
      departure. Where `airports` does not know the destination's zone, and where that would have
      the flight land before its time in the air is over, it is the departure, the time in the air
      and 28 minutes on the ground (the median over 2013). Null without an arrival delay.
    - `late`: an arrival 15 minutes after the schedule or later; null without an arrival delay.
    """
    import polars as pl  # predict loads this module and has no polars

    zones = airports.select(pl.col("faa").alias("dest"), pl.col("tzone").alias("__zone")).unique("dest", keep="last")
    frame = flights.join(zones, on="dest", how="left", maintain_order="left")
    frame = frame.with_columns((pl.col("time_hour") + pl.duration(minutes="minute")).alias("sched_dep_utc"))
    frame = frame.with_columns((pl.col("sched_dep_utc") + pl.duration(minutes="dep_delay")).alias("departed_utc"))
    arrivals = [_scheduled_arrival(zone) for zone in frame["__zone"].drop_nulls().unique().sort() if _is_zone(zone)]
    nowhere = pl.lit(None, frame.schema["sched_dep_utc"])
    landed = pl.coalesce(*arrivals, nowhere) + pl.duration(minutes="arr_delay")
    in_the_air = pl.duration(minutes="air_time")
    estimate = pl.col("departed_utc") + in_the_air + pl.duration(minutes=GROUND_MINUTES)
    plausible = landed - pl.col("departed_utc") >= in_the_air
    arrived = pl.col("arr_delay").is_not_null()
    landed = pl.when(arrived & plausible).then(landed).when(arrived).then(estimate)
    late = pl.col("arr_delay") >= LATE_MINUTES
    return frame.with_columns(landed.alias("landed_utc"), late.alias("late")).drop("__zone")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _scheduled_arrival(zone: str) -> pl.Expr:
    """The scheduled arrival in UTC of flights to that zone, null for the others."""
    import polars as pl

    departure = pl.col("sched_dep_utc").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    clock = pl.col("sched_arr_time")
    same_day = departure.dt.truncate("1d") + pl.duration(hours=clock // 100, minutes=clock % 100)
    arrival = pl.when(same_day > departure).then(same_day).otherwise(same_day + pl.duration(days=1))
    # A time the clocks skip in spring is no time; one they show twice in autumn is the first.
    utc = arrival.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    return pl.when(pl.col("__zone") == zone).then(utc)
