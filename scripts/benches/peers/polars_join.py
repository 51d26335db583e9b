"""The same joins as an engineer would write them in polars for these four views alone."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]


def joined(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows, which lie in the order of their moments, with the values of every view."""
    rows = _as_of(tables["rows"], _weather(tables["weather"]), "origin", "3h")
    rows = rows.join(_planes(tables["planes"]), on="tailnum", how="left", maintain_order="left")
    rows = _as_of(rows, _landings(tables["flights"]), "tailnum", "7d")
    rows = _as_of(rows, _departures(tables["flights"]), "carrier", None)
    names = ["departure.dep_delay", "departure.arr_delay"]
    fresh = pl.col("__moment") - pl.col("__event") <= pl.duration(hours=6)
    return rows.with_columns(pl.when(fresh).then(pl.col(names))).drop("__event")


def _as_of(rows: pl.DataFrame, facts: pl.DataFrame, key: str, tolerance: str | None) -> pl.DataFrame:
    """Both sides are sorted by time."""
    joined = rows.join_asof(
        facts, left_on="__moment", right_on="__at", by=key, tolerance=tolerance, check_sortedness=False
    )
    return joined.drop("__at")


def _weather(weather: pl.DataFrame) -> pl.DataFrame:
    values = [pl.col(name).alias(f"weather_now.{name}") for name in WEATHER]
    return weather.select("origin", pl.col("time_hour").alias("__at"), *values).sort("__at")


def _planes(planes: pl.DataFrame) -> pl.DataFrame:
    return planes.select("tailnum", pl.col("year").alias("plane.year"), pl.col("seats").alias("plane.seats"))


def _landings(flights: pl.DataFrame) -> pl.DataFrame:
    values = [pl.col(name).alias(f"landing.{name}") for name in ("arr_delay", "distance")]
    landed = flights.select("tailnum", pl.col("landed_utc").alias("__at"), *values)
    return landed.drop_nulls(["tailnum", "__at"]).sort("__at", maintain_order=True)


def _departures(flights: pl.DataFrame) -> pl.DataFrame:
    """A flight is known once it has landed, and counts by its departure: it never hides one that left later."""
    values = [pl.col(name).alias(f"departure.{name}") for name in ("dep_delay", "arr_delay")]
    times = [pl.col("departed_utc").alias("__event"), pl.col("landed_utc").alias("__at")]
    left = flights.select("carrier", *times, *values)
    left = left.drop_nulls(["__event", "__at"]).sort("__at", "__event", maintain_order=True)
    return left.filter(pl.col("__event") == pl.col("__event").cum_max().over("carrier"))
