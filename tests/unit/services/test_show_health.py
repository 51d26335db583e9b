"""How an endpoint's versions do, from the lines that a log subscription delivers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock
from serin.domain.health import Health
from serin.domain.prices import LAMBDA_CALL, LAMBDA_GB_SECOND
from serin.services.collect_predictions import collect_predictions
from serin.services.show_health import show_health
from serin.services.steps import recent_invocations as service
from tests.builders import NOON, a_prediction_line, a_published, a_version

MODEL = "late-orders"
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def report(number: int, ms: float, status: str = "success", **more: float) -> str:
    metrics = {"durationMs": ms, "billedDurationMs": ms, "memorySizeMB": 2048, "maxMemoryUsedMB": 200 + number, **more}
    record = {"requestId": f"i{number}", "status": status, "metrics": metrics}
    moment = (NOON + number * SECOND + timedelta(milliseconds=ms)).isoformat()
    return json.dumps({"time": moment, "type": "platform.report", "record": record})


def prediction(number: int, **more: Any) -> str:
    at = NOON + number * SECOND
    return a_prediction_line(f"p{number}", at, invocation=f"i{number}", cpu_ms=2.0 * number, **more)


def refusal(number: int) -> str:
    at, told = (NOON + number * SECOND).isoformat(), {"function": "predict", "outcome": "refused", "status": 422}
    return json.dumps({"request_id": f"i{number}", "at": at, **told})


@pytest.fixture
def lake() -> MemoryObjectStore:
    """Version 12 answered three calls, the first of them cold, and refused one; version 13 ran out of time."""
    lake = MemoryObjectStore()
    lines = [prediction(number) for number in (1, 2, 3)]
    lines += [report(1, 100, initDurationMs=150.0), report(2, 10), report(3, 20), refusal(4), report(4, 5)]
    collect_predictions(MODEL, "2013/04/01/[12]ab", lines, lake=lake)
    collect_predictions(MODEL, "2013/04/01/[13]cd", [report(9, 30_000, "timeout")], lake=lake)
    return lake


def asked(lake: MemoryObjectStore, hours: int = 1) -> Health:
    catalog = MemoryCatalog()
    catalog.register(a_version(1))
    catalog.save_published(a_published(1, function_version="12"))
    return show_health(MODEL, hours * HOUR, lake=lake, catalog=catalog, clock=MemoryClock(NOON + 0.5 * HOUR))


def test_each_version_is_told_apart_with_its_calls_durations_memory_and_cost(lake: MemoryObjectStore) -> None:
    good, bad = asked(lake).versions
    assert (good.version, good.calls, good.failed, good.refused, good.cold) == (1, 4, 0, 1, 1)
    assert (good.p50_ms, good.p95_ms, good.start_ms, good.cpu_ms) == (10, 100, 150, 4)
    assert (good.used_mb, good.memory_mb) == (204, 2048)
    assert good.usd == pytest.approx(4 * LAMBDA_CALL + 2 * 0.135 * LAMBDA_GB_SECOND)
    assert (bad.function_version, bad.version, bad.calls, bad.failed, bad.start_ms) == ("13", None, 1, 1, None)


def test_lines_that_come_again_change_nothing_and_an_idle_endpoint_has_no_versions(lake: MemoryObjectStore) -> None:
    before = asked(lake)
    collect_predictions(MODEL, "2013/04/01/[12]ab", [report(2, 10), prediction(3)], lake=lake)
    assert asked(lake).versions == before.versions
    assert asked(MemoryObjectStore()).versions == ()


def test_what_cannot_be_read_at_once_is_left_out_from_the_oldest_and_said(
    lake: MemoryObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = json.loads(report(1, 10)) | {"time": (NOON + 600 * SECOND).isoformat()}
    collect_predictions(MODEL, "2013/04/01/[14]ef", [json.dumps(later)], lake=lake)
    monkeypatch.setattr(service, "MOST_FILES", 1)
    short = asked(lake)
    assert [one.function_version for one in short.versions] == ["14"]
    assert short.files_left_out == 2
    assert asked(MemoryObjectStore()).files_left_out == 0
    assert short.since == NOON + 600 * SECOND - timedelta(milliseconds=10)
