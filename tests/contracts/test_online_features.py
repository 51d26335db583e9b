from __future__ import annotations

from datetime import datetime, timedelta

from serin.domain.features import EntityKey, OnlineValues
from serin.ports import OnlineFeatures
from tests.builders import NOON

JFK = EntityKey("weather_now", ("JFK",))


def weather(temp: float, at: datetime | None = NOON, key: EntityKey = JFK) -> OnlineValues:
    return OnlineValues(key, {"temp": temp}, at)


def test_an_older_value_never_replaces_a_newer_one(online: OnlineFeatures) -> None:
    assert online.write([weather(10.0)]) == 1
    assert online.write([weather(5.0, NOON - timedelta(hours=1))]) == 0
    assert online.read([JFK]) == {JFK: weather(10.0)}
    assert online.write([weather(12.0, NOON + timedelta(hours=1))]) == 1
    assert online.read([JFK])[JFK].values == {"temp": 12.0}


def test_static_values_replace(online: OnlineFeatures) -> None:
    plane = EntityKey("plane", ("N1",))
    online.write([OnlineValues(plane, {"year": 1999, "seats": None}, None)])
    online.write([OnlineValues(plane, {"year": 2001, "seats": 150}, None)])
    assert online.read([plane])[plane] == OnlineValues(plane, {"year": 2001, "seats": 150}, None)


def test_unknown_keys_are_left_out(online: OnlineFeatures) -> None:
    online.write([weather(1.0)])
    assert online.read([EntityKey("weather_now", ("LGA",))]) == {}
    assert online.read([]) == {}


def test_more_keys_than_one_call_takes(online: OnlineFeatures) -> None:
    keys = [EntityKey("plane", (f"N{n}",)) for n in range(230)]
    online.write([OnlineValues(key, {"seats": n}, None) for n, key in enumerate(keys)])
    found = online.read(keys)
    assert [found[key].values["seats"] for key in keys] == list(range(230))
