"""CloudWatch: a metric is its name and exactly its dimensions; alarms change by their data and tell others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from infra.local.moto_patches.registry import add, wrap
from infra.local.services.cloudwatch.alarm_actions import Change, state_of
from infra.local.services.cloudwatch.alarms import Alarms
from infra.local.services.cloudwatch.composite_alarms import composite_state
from infra.local.wiring import wiring


@wrap(CloudWatchBackend, "put_metric_alarm")
def put_metric_alarm(original: Callable[..., Alarm], backend: CloudWatchBackend, **settings: Any) -> Alarm:
    """moto takes alarms nothing evaluates, begins them as OK, and forgets state and history at an update."""
    before = backend.alarms.get(settings["name"])
    alarm = original(backend, **settings)
    try:
        _begin(alarm, before, backend)
    except Exception:
        backend.alarms.pop(alarm.name)
        if before is not None:
            backend.alarms[alarm.name] = before
        raise
    return alarm


def _begin(alarm: Alarm, before: Alarm | None, backend: CloudWatchBackend) -> None:
    if alarm.rule is None:
        wiring().part(Alarms).plan(alarm)
    if before is not None:
        alarm.history = before.history
        alarm.state_value, alarm.state_reason = before.state_value, before.state_reason
        alarm.state_reason_data = before.state_reason_data
        alarm.state_updated_timestamp = before.state_updated_timestamp
        return
    alarm.state_value = "INSUFFICIENT_DATA"
    if alarm.rule is not None:
        states = {name: one.state_value for name, one in backend.alarms.items()}
        alarm.update_state(f"{alarm.rule} was evaluated", "{}", composite_state(alarm.rule, states))


@wrap(Alarm, "update_state")
def update_state(original: Callable[..., None], alarm: Alarm, reason: str, reason_data: str, state_value: str) -> None:
    """moto notes the new state and tells nobody."""
    before = state_of(alarm)
    original(alarm, reason, reason_data or "{}", state_value)
    wiring().part(Alarms).changed(Change(alarm, before))


@add(CloudWatchResponse, "describe_alarm_history")
def describe_alarm_history(response: CloudWatchResponse) -> ActionResult:
    """moto keeps the history and has no way to read it."""
    name, kind = response._get_param("AlarmName"), response._get_param("HistoryItemType")
    since, until = response._get_param("StartDate"), response._get_param("EndDate")
    alarms = [alarm for alarm in response.cloudwatch_backend.alarms.values() if name in (None, alarm.name)]
    items = [item for alarm in alarms for item in _history(alarm) if kind in (None, item["HistoryItemType"])]
    items = [
        item
        for item in items
        if (since is None or item["Timestamp"] >= _naive(since))
        and (until is None or item["Timestamp"] <= _naive(until))
    ]
    ascending = response._get_param("ScanBy") == "TimestampAscending"
    items.sort(key=lambda item: item["Timestamp"], reverse=not ascending)
    return ActionResult({"AlarmHistoryItems": items[: int(response._get_param("MaxRecords") or 100)]})


def _history(alarm: Alarm) -> Iterator[dict[str, Any]]:
    """moto notes each state as it is left; the one that followed is the next note, or the present one."""
    present = ("", alarm.state_reason, alarm.state_reason_data, alarm.state_value, alarm.state_updated_timestamp)
    for old, new in zip(alarm.history, [*alarm.history[1:], present], strict=True):
        states = [
            {"stateValue": value, "stateReason": reason, "stateReasonData": json.loads(data or "{}")}
            for _, reason, data, value, _ in (old, new)
        ]
        yield {
            "AlarmName": alarm.name,
            "AlarmType": "MetricAlarm" if alarm.rule is None else "CompositeAlarm",
            "Timestamp": new[4],
            "HistoryItemType": "StateUpdate",
            "HistorySummary": f"Alarm updated from {old[3]} to {new[3]}",
            "HistoryData": json.dumps({"version": "1.0", "oldState": states[0], "newState": states[1]}),
        }


def _naive(moment: datetime | str) -> datetime:
    parsed = datetime.fromisoformat(moment.replace("Z", "+00:00")) if isinstance(moment, str) else moment
    return parsed.astimezone(UTC).replace(tzinfo=None) if parsed.tzinfo else parsed
