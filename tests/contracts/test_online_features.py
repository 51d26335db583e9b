from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from serin.domain.buckets import Bucket, bucket_key
from serin.domain.charter import Scalar
from serin.domain.features import EntityKey, OnlineValues
from serin.ports import OnlineFeatures
from tests.builders import NOON

JFK = EntityKey("weather_now", ("JFK",))


def weather(temp: float, at: datetime | None = NOON, sequence: int = 1) -> OnlineValues:
    return OnlineValues(JFK, {"temp": temp}, at, sequence)


def test_a_value_of_an_earlier_sequence_never_replaces_a_later_one(online: OnlineFeatures) -> None:
    """Whatever its event's time is: a correction may take the newest event back."""
    first, second = weather(1.0, NOON, sequence=1), weather(2.0, NOON - timedelta(hours=1), sequence=2)
    assert [online.write([value]) for value in (first, second, first, second)] == [1, 1, 0, 1]
    assert online.read([JFK]) == {JFK: second}


def test_an_entity_that_no_row_knows_any_more_has_no_values(online: OnlineFeatures) -> None:
    gone = OnlineValues(JFK, {}, None, 2)
    assert [online.write([value]) for value in (weather(1.0), gone, weather(1.0))] == [1, 1, 0]
    assert online.read([JFK]) == {JFK: gone}


def test_of_static_values_the_later_sequence_stays(online: OnlineFeatures) -> None:
    plane = EntityKey("plane", ("N1",))
    older = OnlineValues(plane, {"year": 1999, "seats": None}, None, 1)
    newer = OnlineValues(plane, {"year": 2001, "seats": 150}, None, 2)
    assert [online.write([value]) for value in (older, newer, older, newer)] == [1, 1, 0, 1]
    assert online.read([plane]) == {plane: newer}


def test_values_that_hold_later_come_back_with_those_that_hold_now(online: OnlineFeatures) -> None:
    """One that was created late, then nothing, then one of a year that no float of seconds holds to the microsecond."""
    far = datetime(2204, 6, 1, 11, 30, 0, 7, UTC)
    later = (
        OnlineValues(JFK, {}, None, 3, NOON + timedelta(hours=1)),
        OnlineValues(JFK, {"temp": 0.1}, far - timedelta(hours=2), 3, far),
    )
    item = OnlineValues(JFK, {"temp": None}, NOON - timedelta(hours=2), 3, NOON - timedelta(hours=1), later)
    assert online.write([item]) == 1
    assert online.read([JFK]) == {JFK: item}
    assert [item.at(moment) for moment in (NOON, NOON + timedelta(hours=1), far)] == [item, None, later[1]]
    assert item.at(NOON - timedelta(hours=2)) is None


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


@pytest.mark.parametrize(
    "bucket", [a_bucket(), a_bucket(1, None, 3), a_bucket(1, 2, late=7), a_bucket(1, 2, late=30_000_000)]
)
def test_a_bucket_comes_back_as_it_was(online: OnlineFeatures, bucket: Bucket) -> None:
    assert online.write_buckets([bucket]) == 1
    assert online.read([DAY, JFK]) == {DAY: bucket}


def test_a_bucket_knows_when_another_version_takes_the_place_of_an_event(online: OnlineFeatures) -> None:
    bucket = replace(a_bucket(1, 2, 3), until={1: 90_000_000, 2: 7_200_000_001})
    online.write_buckets([bucket])
    assert online.read([DAY]) == {DAY: bucket}
    places = [bucket.known_at(second * 1_000_000) for second in (60, 89, 90, 120, 7201)]
    assert [list(found) for found in places] == [[0, 1], [0, 1], [0], [0, 2], [0]]


def test_a_bucket_of_an_earlier_sequence_never_replaces_a_later_one(online: OnlineFeatures) -> None:
    online.write_buckets([a_bucket(1, 2, sequence=2)])
    assert online.write_buckets([a_bucket(1, sequence=1)]) == 0
    assert online.write_buckets([a_bucket(1, 2, sequence=2)]) == 1
    assert online.write_buckets([a_bucket(sequence=3)]) == 1
    assert online.read([DAY]) == {DAY: a_bucket(sequence=3)}


def test_a_bucket_that_one_item_cannot_hold_is_several_and_comes_back_whole(online: OnlineFeatures) -> None:
    busy, quiet = a_bucket(*range(90_000)), a_bucket(1, key=bucket_key("queue", ("quiet",), 0))
    assert online.write_buckets([busy, quiet]) == 2
    assert online.read([DAY, quiet.key, JFK]) == {DAY: busy, quiet.key: quiet}
    assert online.write_buckets([a_bucket(1, 2, sequence=2)]) == 1
    assert online.write_buckets([busy]) == 0, "what is earlier replaces nothing"
    assert online.read([DAY]) == {DAY: a_bucket(1, 2, sequence=2)}


def test_what_is_too_much_is_marked_as_that(online: OnlineFeatures) -> None:
    bucket = replace(a_bucket(), too_many=300_000)
    values = OnlineValues(JFK, {}, None, 1, too_many=9_000)
    online.write_buckets([bucket])
    online.write([values])
    assert online.read([DAY, JFK]) == {DAY: bucket, JFK: values}


def test_values_of_every_kind_come_back_as_they_were(online: OnlineFeatures) -> None:
    """Whole numbers of each width, exact floats, truth values, texts, and each of them with nulls between."""
    columns: dict[str, tuple[Scalar | None, ...]] = {
        "flags": (True, False, None),
        "bytes": (-128, 127, 0),
        "wide": (2**63 - 1, -(2**63), None),
        "wider": (2**64, None, 0),
        "numbers": (0.1, -1e308, 5e-324),
        "some": (None, 1.0, None),
        "texts": ("é", None, ""),
        "none": (None, None, None),
    }
    times = (7, 7, 40 * 86_400_000_000)
    bucket = Bucket(DAY, times, (7, 9, times[2]), columns, 3, NOON, {0: 9})
    online.write_buckets([bucket])
    ((_, read),) = online.read([DAY]).items()
    assert read == bucket
    assert isinstance(read, Bucket)
    kinds = {name: [*map(type, column)] for name, column in columns.items()}
    assert {name: [*map(type, column)] for name, column in read.values.items()} == kinds
    assert [list(read.known_at(moment)) for moment in (6, 7, 9, times[2])] == [[], [0], [1], [1, 2]]
