"""CloudWatch alarms: evaluated as their data comes and goes, each change of state told to whoever wants to know."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends

from infra.local.clock import VirtualClock
from infra.local.services.cloudwatch.alarm_actions import Change, tell
from infra.local.services.cloudwatch.alarm_metrics import MetricStore
from infra.local.services.cloudwatch.alarm_plans import AlarmPlan
from infra.local.services.cloudwatch.alarm_reasons import reason, reason_data
from infra.local.services.cloudwatch.composite_alarms import composite_state
from infra.local.wiring import ACCOUNT

Answer = TypeVar("Answer")


@dataclass
class _Watched:
    alarm: Alarm
    plan: AlarmPlan
    due_s: float


class Alarms:
    """Evaluates at full minutes, and only those at which a state will change."""

    def __init__(self, region: str, clock: VirtualClock) -> None:
        self._region = region
        self._clock = clock
        self._store = MetricStore()
        self._watched: dict[str, _Watched] = {}
        self._lock = threading.RLock()

    def due(self) -> float | None:
        """When the state of the next alarm changes, by the data there is."""
        with self._lock:
            self._look()
            first = min((one.due_s for one in self._watched.values()), default=math.inf)
        return None if first == math.inf else first

    def fire(self, moment: float) -> None:
        """Change the first alarm, by name, of those that are due."""
        with self._lock:
            _, one = min((name, one) for name, one in self._watched.items() if one.due_s <= moment)
            one.due_s = math.inf
            evaluation = one.plan.evaluation(moment)
        before = one.alarm.state_value
        if evaluation.state in (None, before):
            self._plan_on(one)
            return
        assert evaluation.state is not None
        text = reason(one.plan.rule, evaluation, before, moment, one.plan.period_s)
        one.alarm.update_state(text, reason_data(one.alarm, one.plan, evaluation, moment), evaluation.state)

    def changed(self, change: Change) -> None:
        """An alarm's state was updated, by its data or by a call."""
        with self._lock:
            one = self._watched.get(change.alarm.name)
            if one is not None:
                self._plan_on(one)
        if change.before.value == change.alarm.state_value:
            return
        tell(change, self._region)
        for alarm in list(self._backend.alarms.values()):
            self._compose(alarm)

    def plan(self, alarm: Alarm) -> AlarmPlan:
        """How an alarm is evaluated; raises Invalid for one that cannot be."""
        return AlarmPlan(alarm, self._store)

    def read(self, question: Callable[[MetricStore], Answer]) -> Answer:
        """The answer to a question about all the data there is; nothing is added meanwhile."""
        with self._lock:
            self._look()
            return question(self._store)

    @property
    def _backend(self) -> CloudWatchBackend:
        return cloudwatch_backends[ACCOUNT][self._region]

    def _compose(self, alarm: Alarm) -> None:
        if alarm.rule is None:
            return
        state = composite_state(alarm.rule, {name: one.state_value for name, one in self._backend.alarms.items()})
        if state != alarm.state_value:
            alarm.update_state(f"{alarm.rule} is {state == 'ALARM'}", "{}", state)

    def _look(self) -> None:
        changed = self._store.take_in(self._backend.metric_data)
        alarms = {name: alarm for name, alarm in list(self._backend.alarms.items()) if alarm.rule is None}
        kept = {name: one for name, one in self._watched.items() if alarms.get(name) is one.alarm}
        for one in kept.values():
            if not changed.isdisjoint(one.plan.metrics):
                self._plan_on(one)
        for name in alarms.keys() - kept.keys():
            kept[name] = _Watched(alarms[name], self.plan(alarms[name]), math.inf)
            self._plan_on(kept[name])
        self._watched = kept

    def _plan_on(self, one: _Watched) -> None:
        change = one.plan.next_change(one.alarm.state_value, self._clock.time())
        one.due_s = math.inf if change is None else change
