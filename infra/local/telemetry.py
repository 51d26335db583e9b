"""Where the function host's lines and outcomes go: moto's CloudWatch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from moto.cloudwatch.models import MetricDatum, cloudwatch_backends
from moto.logs.models import logs_backends

from infra.local.lambda_model import FunctionVersion, LogLine, Outcome
from infra.local.wiring import ACCOUNT

_NAMESPACE = "AWS/Lambda"
_lock = threading.Lock()


def keep_log(version: FunctionVersion, stream: str, lines: Sequence[LogLine]) -> None:
    """Write a process's lines to its log group, which Lambda makes where the template did not."""
    backend = logs_backends[ACCOUNT][version.region]
    with _lock:
        backend.ensure_log_group(version.log_group)
        group = backend.groups[version.log_group]
        if stream not in group.streams:
            group.create_log_stream(stream)
        group.put_log_events(stream, [{"timestamp": line.timestamp_ms, "message": line.text} for line in lines])


def count_outcome(version: FunctionVersion, invoked_arn: str, outcome: Outcome) -> None:
    """Add Lambda's metrics: for the function, for what was invoked, and for the version an alias led to."""
    values = _values(outcome)
    now = datetime.now(UTC).replace(tzinfo=None)
    backend = cloudwatch_backends[ACCOUNT][version.region]
    backend.metric_data.extend(
        MetricDatum(_NAMESPACE, name, value, list(dimensions), now, unit)
        for dimensions in _dimensions(version, invoked_arn)
        for name, value, unit in values
    )


def _values(outcome: Outcome) -> list[tuple[str, float, str]]:
    if outcome.status == "throttled":
        return [("Throttles", 1.0, "Count")]
    if not outcome.reached_the_function:
        return []
    failed = 0.0 if outcome.status == "ok" else 1.0
    return [
        ("Invocations", 1.0, "Count"),
        ("Errors", failed, "Count"),
        ("Throttles", 0.0, "Count"),
        ("Duration", outcome.duration_ms, "Milliseconds"),
    ]


def _dimensions(version: FunctionVersion, invoked_arn: str) -> list[list[dict[str, str]]]:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#metrics-dimensions"""
    function = {"Name": "FunctionName", "Value": version.name}
    sets = [[function]]
    qualifier = invoked_arn.removeprefix(version.function_arn).removeprefix(":")
    if qualifier:
        by_resource = [function, {"Name": "Resource", "Value": f"{version.name}:{qualifier}"}]
        sets.append(by_resource)
        if qualifier != version.version:
            sets.append([*by_resource, {"Name": "ExecutedVersion", "Value": version.version}])
    return sets
