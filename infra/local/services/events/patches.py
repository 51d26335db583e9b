"""EventBridge: rules deliver through our router, and what it cannot deliver to is refused when it is put."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, Rule

from infra.local.clock import expressions
from infra.local.delivery.envelope import to_the_second
from infra.local.delivery.registry import target_of
from infra.local.moto_patches.registry import replace, wrap
from infra.local.services.events.router import Router
from infra.local.services.events.target_input import check_input
from infra.local.wiring import wiring
from serin.domain.errors import Invalid


@replace(Rule, "send_to_targets")
def send_to_targets(rule: Rule, original_event: Any, transform_input: bool = True) -> None:  # noqa: ARG001
    """moto has no Lambda or Step Functions target, ignores Input, InputPath and State, breaks on unquoted
    template variables, and gives scheduled rules every event."""
    if rule.state != "ENABLED" or not rule.event_pattern.dump():
        return
    event = {key: value for key, value in original_event.items() if key != "ingestion-time"}
    event["time"] = _moment(event["time"])
    if rule.event_pattern.matches_event(event):  # type: ignore[arg-type]
        wiring().part(Router).fire(rule, event)


def _moment(value: Any) -> str:
    """Seconds of the epoch, or text of a time, as EventBridge writes it."""
    try:
        return to_the_second(float(value))
    except ValueError:
        return str(value)


@wrap(EventsBackend, "put_targets")
def put_targets(original: Callable[..., Any], backend: EventsBackend, *args: Any, **kwargs: Any) -> Any:
    """moto takes any target and fails when the first event arrives."""
    targets = kwargs["targets"] if "targets" in kwargs else args[2]
    for target in targets:
        target_of(target["Arn"])
        check_input(target)
    return original(backend, *args, **kwargs)


@wrap(EventsBackend, "put_rule")
def put_rule(original: Callable[..., Rule], backend: EventsBackend, name: str, **settings: Any) -> Rule:
    """moto takes schedules that are none, and forgets since when a rule has its own."""
    expression = settings.get("scheduled_expression")
    if expression:
        _check(expression)
    buses = backend.event_buses
    bus = buses.get((settings.get("event_bus_arn") or "default").rsplit("/", 1)[-1])
    before = None if bus is None else bus.rules.get(name)
    rule = original(backend, name, **settings)
    unchanged = before is not None and before.scheduled_expression == expression
    since_s = before.since_s if unchanged else wiring().clock.time()  # type: ignore[union-attr]
    rule.since_s = since_s  # type: ignore[attr-defined]
    return rule


def _check(expression: str) -> None:
    try:
        expressions.check(expression)
    except Invalid as error:
        raise ValidationException("Parameter ScheduleExpression is not valid.") from error
