from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from serin.adapters.memory.objects import MemoryObjectStore
from serin.domain.errors import Invalid
from serin.services.collect_predictions import Collected, collect_predictions

MODEL = "late-orders"


def a_line(prediction: str, **parts: Any) -> str:
    given = {"model": MODEL, "at": "2013-04-01T12:00:00Z", "prediction_id": prediction, "score": 0.5}
    return json.dumps({**given, **parts})


def read(lake: MemoryObjectStore, key: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(lake.get(key)).decode().splitlines()]


def test_a_batch_becomes_a_file_of_its_model_and_day() -> None:
    lake = MemoryObjectStore()
    assert collect_predictions(MODEL, [a_line("a"), a_line("b")], lake=lake) == Collected(2, 0)
    (key,) = lake.keys("predictions/late-orders/2013-04-01/120000000-120000000-")
    assert key.endswith(".jsonl.gz")
    assert [line["prediction_id"] for line in read(lake, key)] == ["a", "b"]
    assert read(lake, key)[0]["score"] == 0.5


def test_the_same_batch_twice_is_one_file() -> None:
    lake = MemoryObjectStore()
    collect_predictions(MODEL, [a_line("a"), a_line("b")], lake=lake)
    collect_predictions(MODEL, [a_line("a"), a_line("b")], lake=lake)
    assert len(lake.keys("")) == 1


def test_a_files_bytes_do_not_say_when_they_were_packed() -> None:
    lake = MemoryObjectStore()
    collect_predictions(MODEL, [a_line("a")], lake=lake)
    moment = lake.get(lake.keys("")[0])[4:8]
    assert moment == bytes(4)


def test_a_prediction_twice_in_a_batch_is_written_once() -> None:
    lake = MemoryObjectStore()
    assert collect_predictions(MODEL, [a_line("a"), a_line("a", score=0.7)], lake=lake) == Collected(1, 0)
    assert [line["score"] for line in read(lake, lake.keys("")[0])] == [0.5]


def test_days_lie_apart_and_lines_that_name_another_model_are_left_out() -> None:
    lake = MemoryObjectStore()
    lines = [a_line("a"), a_line("b", at="2013-04-02T00:00:00Z"), a_line("c", model="early-orders")]
    assert collect_predictions(MODEL, lines, lake=lake) == Collected(2, 1)
    assert [key.rsplit("/", 1)[0] for key in lake.keys("")] == [
        "predictions/late-orders/2013-04-01",
        "predictions/late-orders/2013-04-02",
    ]


def test_a_file_holds_lines_of_one_minute_and_is_named_by_its_first_and_last_moment() -> None:
    lake = MemoryObjectStore()
    moments = ["12:00:59.999999", "12:00:03.5", "12:01:00"]
    collect_predictions(MODEL, [a_line(at, at=f"2013-04-01T{at}Z") for at in moments], lake=lake)
    names = [key.rsplit("/", 1)[1].rsplit("-", 1)[0] for key in lake.keys("")]
    assert names == ["120003500-120059999", "120100000-120100000"]


def test_an_empty_batch_writes_nothing() -> None:
    lake = MemoryObjectStore()
    assert collect_predictions(MODEL, [], lake=lake) == Collected(0, 0)
    assert lake.keys("") == []


@pytest.mark.parametrize(
    "line",
    [
        *("START RequestId: x", "[1]", "null", '{"model": "late-orders", "at": "2013-04-01"}'),
        *(a_line("a", at="soon"), a_line("a", at=7)),
    ],
)
def test_what_is_not_a_line_of_the_log_is_refused_and_nothing_is_written(line: str) -> None:
    lake = MemoryObjectStore()
    with pytest.raises(Invalid):
        collect_predictions(MODEL, [a_line("good"), line], lake=lake)
    assert lake.keys("") == []
