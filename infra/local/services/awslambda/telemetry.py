"""Where the function host's lines and outcomes go: moto's CloudWatch, as the function's role."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress

from moto.awslambda.models import lambda_backends
from moto.logs.models import logs_backends

from infra.local.delivery.embedded import measure_embedded
from infra.local.delivery.measuring import Measured, measure
from infra.local.delivery.outcome import Outcome
from infra.local.iam.errors import AccessDenied
from infra.local.iam.platform_calls import perform
from infra.local.services.awslambda.model import FunctionVersion, LogLine
from infra.local.wiring import ACCOUNT, wiring

_TRACES = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
"""Of a traced invocation; without these Lambda drops the traces and says nothing.

https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
"""
_lock = threading.Lock()


def keep_log(version: FunctionVersion, stream: str, lines: Sequence[LogLine]) -> None:
    """Write a process's lines to its log group, which Lambda makes where the template did not.

    A role that may not write loses the lines, and nobody is told.
    """
    with _lock, suppress(AccessDenied):
        _write(version, stream, [{"timestamp": line.timestamp_ms, "message": line.text} for line in lines])
        measure_embedded(version.region, [line.text for line in lines])


def _write(version: FunctionVersion, stream: str, events: list[dict[str, object]]) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"""
    guard, backend = wiring().guard, logs_backends[ACCOUNT][version.region]
    streams = f"arn:aws:logs:{version.region}:{ACCOUNT}:log-group:{version.log_group}:log-stream:"
    if version.log_group not in backend.groups:
        guard.role_may(version.role_arn, "logs:CreateLogGroup", streams)
        backend.ensure_log_group(version.log_group)
    group = backend.groups[version.log_group]
    if stream not in group.streams:
        guard.role_may(version.role_arn, "logs:CreateLogStream", f"{streams}{stream}")
        group.create_log_stream(stream)
    guard.role_may(version.role_arn, "logs:PutLogEvents", f"{streams}{stream}")
    group.put_log_events(stream, events)


def count_outcome(version: FunctionVersion, invoked_arn: str, outcome: Outcome) -> None:
    """Add Lambda's metrics: for the function, for what was invoked, and for the version an alias led to."""
    if outcome.reached_the_function and _traced(version):
        perform(wiring().guard, _TRACES, version.role_arn)
    measure("AWS/Lambda", version.region, _values(outcome), *_dimensions(version, invoked_arn))


def _traced(version: FunctionVersion) -> bool:
    known = lambda_backends[ACCOUNT][version.region]._lambdas._functions.get(version.name)
    return known is not None and known["latest"].tracing_config.get("Mode") == "Active"


def _values(outcome: Outcome) -> list[Measured]:
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


def _dimensions(version: FunctionVersion, invoked_arn: str) -> list[dict[str, str]]:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#metrics-dimensions"""
    function = {"FunctionName": version.name}
    sets = [function]
    qualifier = invoked_arn.removeprefix(version.function_arn).removeprefix(":")
    if qualifier:
        by_resource = {**function, "Resource": f"{version.name}:{qualifier}"}
        sets.append(by_resource)
        if qualifier != version.version:
            sets.append({**by_resource, "ExecutedVersion": version.version})
    return sets
