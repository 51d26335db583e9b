from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from serin.domain.buckets import Bucket, bucket_key
from serin.domain.errors import TooLarge
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


DAY = bucket_key("queue", ("north",), 0)


def a_bucket(*lengths: int | None, sequence: int = 1, late: int = 0, key: EntityKey = DAY) -> Bucket:
    """Events a minute apart; the last becomes known `late` microseconds after it happened."""
    times = tuple(minute * 60_000_000 for minute in range(len(lengths)))
    known = (*times[:-1], times[-1] + late) if times else ()
    return Bucket(key, times, known, {"length": lengths}, sequence, NOON)


@pytest.mark.parametrize("bucket", [a_bucket(), a_bucket(1, None, 3), a_bucket(1, 2, late=7)])
def test_a_bucket_comes_back_as_it_was(online: OnlineFeatures, bucket: Bucket) -> None:
    assert online.write_buckets([bucket]) == 1
    assert online.read([DAY, JFK]) == {DAY: bucket}


def test_a_bucket_of_an_earlier_sequence_never_replaces_a_later_one(online: OnlineFeatures) -> None:
    online.write_buckets([a_bucket(1, 2, sequence=2)])
    assert online.write_buckets([a_bucket(1, sequence=1)]) == 0
    assert online.write_buckets([a_bucket(1, 2, sequence=2)]) == 1
    assert online.write_buckets([a_bucket(sequence=3)]) == 1
    assert online.read([DAY]) == {DAY: a_bucket(sequence=3)}


def test_a_bucket_that_no_item_can_hold_is_refused_with_the_numbers(online: OnlineFeatures) -> None:
    with pytest.raises(TooLarge, match=r"60,000 events in one bucket: [0-9,]+ bytes; an item has 408,576"):
        online.write_buckets([a_bucket(*range(60_000))])
