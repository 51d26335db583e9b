"""Rules on a schedule: `rate(...)` and `cron(...)` on the cloud's clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

from moto.events.models import Rule, events_backends

from infra.local.clock import VirtualClock
from infra.local.clock.expressions import next_moment
from infra.local.delivery import envelope
from infra.local.services.events.router import Router
from infra.local.wiring import ACCOUNT, wiring


@dataclass
class _Plan:
    rule: Rule
    due_s: float


class Schedules:
    """Fires the enabled rules of the default bus; a rate counts from the moment its rule was put with it."""

    def __init__(self, region: str, clock: VirtualClock) -> None:
        self._region = region
        self._clock = clock
        self._plans: dict[str, _Plan] = {}

    def due(self) -> float | None:
        """When the next enabled rule fires."""
        first = min((plan.due_s for plan in self._enabled()), default=math.inf)
        return None if first == math.inf else first

    def fire(self, moment: float) -> None:
        """Fire the first rule, by name, of those due at that moment."""
        plan = min((plan for plan in self._enabled() if plan.due_s <= moment), key=lambda plan: plan.rule.name)
        plan.due_s = self._next(plan.rule, moment)
        event = envelope.event(
            "aws.events", "Scheduled Event", {}, region=self._region, resources=[plan.rule.arn], at_s=moment
        )
        wiring().part(Router).fire(plan.rule, event)

    def _enabled(self) -> list[_Plan]:
        rules = events_backends[ACCOUNT][self._region].event_buses["default"].rules
        enabled = {
            name: rule for name, rule in list(rules.items()) if rule.scheduled_expression and rule.state == "ENABLED"
        }
        kept = {name: plan for name, plan in self._plans.items() if enabled.get(name) is plan.rule}
        for name in enabled.keys() - kept.keys():
            kept[name] = _Plan(enabled[name], self._next(enabled[name], self._clock.time()))
        self._plans = kept
        return list(kept.values())

    def _next(self, rule: Rule, after_s: float) -> float:
        expression = str(rule.scheduled_expression)
        moment = next_moment(expression, rule.since_s, after_s)  # type: ignore[attr-defined]
        return math.inf if moment is None else moment
