"""CloudWatch Logs: JSON filter patterns, and subscriptions that deliver later and only what matches."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from moto.logs.models import LogStream
from moto.logs.utils import EventMessageFilter

from infra.local.moto_patches.registry import replace
from infra.local.services.logs.filter_pattern import FilterPattern
from infra.local.services.logs.subscriptions import Subscriptions
from infra.local.wiring import connected


@replace(LogStream, "_send_log_events")
def send_log_events(
    stream: LogStream,
    service: str,  # noqa: ARG001 - moto's signature
    destination_arn: str,  # noqa: ARG001
    filter_name: str,
    log_events: list[dict[str, Any]],
) -> None:
    """moto ignores the filter's pattern and invokes the function while the log is being written."""
    running = connected()
    if running is None:
        return
    subscription = stream.log_group.subscription_filters[filter_name]
    events = [{**event, "id": f"{int(event['id']):056d}"} for event in log_events]
    running.part(Subscriptions).offer(subscription, stream.log_group.name, stream.log_stream_name, events)


@replace(EventMessageFilter, "__init__")
def filter_init(message_filter: EventMessageFilter, pattern: str) -> None:
    """moto lets everything through a JSON pattern."""
    message_filter.filter_type = _parsed(pattern or "")  # type: ignore[assignment]


@lru_cache(maxsize=256)
def _parsed(pattern: str) -> FilterPattern:
    return FilterPattern.parse(pattern)
