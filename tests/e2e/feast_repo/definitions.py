"""Entities and views as Feast declares them, by the names of models/flight-delay/model.yaml."""

from __future__ import annotations

from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field, FileSource, ValueType
from feast.types import Float64

origin = Entity(name="origin", join_keys=["origin"], value_type=ValueType.STRING)
plane = Entity(name="plane", join_keys=["tailnum"], value_type=ValueType.STRING)
weather_now = FeatureView(
    name="weather_now",
    entities=[origin],
    ttl=timedelta(hours=3),
    schema=[Field(name="temp", dtype=Float64), Field(name="wind_gust", dtype=Float64)],
    source=FileSource(name="weather", path="weather.parquet", timestamp_field="time_hour"),
)
plane_arrivals = FeatureView(
    name="plane_arrivals",
    entities=[plane],
    ttl=timedelta(days=7),
    schema=[Field(name="plane_delay_7d", dtype=Float64)],
    source=FileSource(name="flights", path="flights.parquet", timestamp_field="landed_utc"),
)
# A model's name: all that it uses of its views, whatever is listed here.
flight_delay = FeatureService(name="flight-delay", features=[weather_now, plane_arrivals])
EVERYTHING = [origin, plane, weather_now, plane_arrivals, flight_delay]
