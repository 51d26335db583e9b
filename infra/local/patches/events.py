"""EventBridge: rules deliver through our router, and what it cannot deliver to is refused when it is put."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.events.models import EventsBackend, Rule

from infra.local.events.schedules import period_s
from infra.local.events.target_input import check_input
from infra.local.events.targets import kind_of
from infra.local.patches.registry import replace, wrap
from infra.local.wiring import wiring


@replace(Rule, "send_to_targets")
def send_to_targets(rule: Rule, original_event: Any, transform_input: bool = True) -> None:  # noqa: ARG001
    """moto has no Lambda or Step Functions target, ignores Input, InputPath and State, breaks on unquoted
    template variables, and gives scheduled rules every event."""
    if rule.state != "ENABLED" or not rule.event_pattern.dump():
        return
    event = {key: value for key, value in original_event.items() if key != "ingestion-time"}
    event["time"] = _moment(event["time"])
    if rule.event_pattern.matches_event(event):  # type: ignore[arg-type]
        wiring().router.fire(rule, event)


def _moment(value: Any) -> str:
    """Seconds of the epoch, or text of a time, as EventBridge writes it."""
    try:
        return datetime.fromtimestamp(float(value), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return str(value)


@wrap(EventsBackend, "put_targets")
def put_targets(original: Callable[..., Any], backend: EventsBackend, *args: Any, **kwargs: Any) -> Any:
    """moto takes any target and fails when the first event arrives."""
    targets = kwargs["targets"] if "targets" in kwargs else args[2]
    for target in targets:
        kind_of(target["Arn"])
        check_input(target)
    return original(backend, *args, **kwargs)


@wrap(EventsBackend, "put_rule")
def put_rule(original: Callable[..., Any], backend: EventsBackend, *args: Any, **kwargs: Any) -> Any:
    """moto takes schedules that nothing drives."""
    if expression := kwargs.get("scheduled_expression"):
        period_s(expression)
    return original(backend, *args, **kwargs)
