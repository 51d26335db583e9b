from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from serin.adapters.memory.objects import MemoryObjectStore
from serin.domain.errors import Invalid
from serin.domain.invocations import Invocation, call_of, merged
from serin.domain.records import from_record
from serin.services.collect_predictions import Collected, collect_predictions

MODEL = "late-orders"
STREAM = "2013/04/01/[7]0123456789abcdef"
PREDICTION = {"model": MODEL, "at": "2013-04-01T12:00:00Z", "score": 0.5, "label": True, "function_version": "6"}


def a_line(prediction: str, **parts: Any) -> str:
    return json.dumps({**PREDICTION, "prediction_id": prediction, "invocation": f"call-{prediction}", **parts})


def report(invocation: str, **parts: Any) -> str:
    metrics = {"durationMs": 20.0, "billedDurationMs": 20}
    record = {"requestId": invocation, "status": "success", "metrics": metrics, **parts}
    return json.dumps({"time": "2013-04-01T12:00:00.020Z", "type": "platform.report", "record": record})


def collect(lake: MemoryObjectStore, *lines: str) -> Collected:
    return collect_predictions(MODEL, STREAM, lines, lake=lake)


def invocations(lake: MemoryObjectStore) -> list[Invocation]:
    keys = lake.keys("invocations/")
    return merged(from_record(Invocation, record) for key in keys for record in read(lake, key))


def read(lake: MemoryObjectStore, key: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(lake.get(key)).decode().splitlines()]


def test_a_batch_becomes_a_file_of_its_model_and_day() -> None:
    lake = MemoryObjectStore()
    assert collect(lake, a_line("a"), a_line("b")) == Collected(2, invocations=2)
    (key,) = lake.keys("predictions/late-orders/2013-04-01/120000000-120000000-")
    assert key.endswith(".jsonl.gz")
    assert [line["prediction_id"] for line in read(lake, key)] == ["a", "b"]
    assert read(lake, key)[0]["score"] == 0.5


def test_the_same_batch_twice_is_one_file() -> None:
    lake = MemoryObjectStore()
    collect(lake, a_line("a"), a_line("b"))
    collect(lake, a_line("a"), a_line("b"))
    assert len(lake.keys("predictions/")) == len(lake.keys("invocations/")) == 1


def test_a_files_bytes_do_not_say_when_they_were_packed() -> None:
    lake = MemoryObjectStore()
    collect(lake, a_line("a"))
    moment = lake.get(lake.keys("predictions/")[0])[4:8]
    assert moment == bytes(4)


def test_a_prediction_twice_in_a_batch_is_written_once() -> None:
    lake = MemoryObjectStore()
    assert collect(lake, a_line("a"), a_line("a", score=0.7)) == Collected(1, invocations=1)
    assert [line["score"] for line in read(lake, lake.keys("predictions/")[0])] == [0.5]


def test_days_lie_apart_and_lines_that_name_another_model_are_left_out() -> None:
    lake = MemoryObjectStore()
    lines = [a_line("a"), a_line("b", at="2013-04-02T00:00:00Z"), a_line("c", model="early-orders")]
    assert collect(lake, *lines) == Collected(2, 1, invocations=2)
    assert [key.rsplit("/", 1)[0] for key in lake.keys("predictions/")] == [
        "predictions/late-orders/2013-04-01",
        "predictions/late-orders/2013-04-02",
    ]


def test_a_file_holds_lines_of_one_minute_and_is_named_by_its_first_and_last_moment() -> None:
    lake = MemoryObjectStore()
    moments = ["12:00:59.999999", "12:00:03.5", "12:01:00"]
    collect(lake, *(a_line(at, at=f"2013-04-01T{at}Z") for at in moments))
    for kind in ("predictions", "invocations"):
        names = [key.rsplit("/", 1)[1].rsplit("-", 1)[0] for key in lake.keys(f"{kind}/late-orders/2013-04-01/")]
        assert names == ["120003500-120059999", "120100000-120100000"]


def test_an_empty_batch_writes_nothing() -> None:
    lake = MemoryObjectStore()
    assert collect(lake) == Collected()
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
        collect(lake, a_line("good"), line)
    assert lake.keys("") == []


def test_of_each_invocation_it_is_kept_what_became_of_it_and_which_version_and_process_ran_it() -> None:
    lake = MemoryObjectStore()
    refused = {"function": "predict", "request_id": "call-c", "outcome": "refused", "kind": "invalid", "status": 422}
    collect(
        lake,
        a_line("a", key="k1"),
        report("call-a"),
        report("call-b", status="timeout"),
        json.dumps({**refused, "at": "2013-04-01T12:00:00Z", "ms": 2.5, "key": "k2"}),
    )
    found = {invocation.id: invocation for invocation in invocations(lake)}
    assert {name: call_of(one) for name, one in found.items()} == {
        "call-a": "success",
        "call-b": "failure",
        "call-c": "invalid",
    }
    assert {(one.function_version, one.sandbox) for one in found.values()} == {("7", STREAM)}
    assert (found["call-a"].ms, found["call-a"].cold, found["call-a"].key) == (20.0, False, "k1")
    assert (found["call-c"].http_status, found["call-c"].error, found["call-c"].key) == (422, "invalid", "k2")


def test_lines_of_a_shadow_lie_apart_and_are_no_predictions() -> None:
    lake = MemoryObjectStore()
    assert collect(lake, a_line("a"), a_line("b", shadow="rel-1")) == Collected(1, shadow=1, invocations=2)
    (key,) = lake.keys("shadow/late-orders/rel-1/lines-")
    assert [line["prediction_id"] for line in read(lake, key)] == ["b"]
    (kept,) = lake.keys("predictions/")
    assert [line["prediction_id"] for line in read(lake, kept)] == ["a"]
    assert {one.id: one.purpose for one in invocations(lake)} == {"call-a": "traffic", "call-b": "shadow"}


FORGED = [
    a_line("b", shadow="../../predictions"),
    report("call-b", metrics=None),
    report("call-b", status="great"),
    json.dumps({"type": "platform.report", "record": 7}),
    json.dumps({"function": "predict", "at": "2013-04-01T12:00:00Z", "ms": "1e999", "outcome": "ok", "request_id": 1}),
]


@pytest.mark.parametrize("line", FORGED)
def test_what_the_models_own_code_prints_in_their_place_keeps_no_prediction_from_the_lake(line: str) -> None:
    lake = MemoryObjectStore()
    found = collect(lake, a_line("a"), line)
    assert (found.collected, found.unreadable) == (1, 1)
    assert len(lake.keys("predictions/")) == 1
    assert not [key for key in lake.keys("") if ".." in key]


def test_lines_of_versions_from_before_the_invocation_was_logged_are_calls_all_the_same() -> None:
    lake = MemoryObjectStore()
    old = {**PREDICTION, "prediction_id": "a", "request_id": "gateway-1"}
    collect(lake, json.dumps(old))
    assert [(one.id, call_of(one)) for one in invocations(lake)] == [("gateway-1", "success")]
