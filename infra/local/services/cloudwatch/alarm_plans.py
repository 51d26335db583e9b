"""One metric alarm as it is evaluated: its data points at a moment, and the next moment its state may differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from moto.cloudwatch.models import Alarm, MetricDataQuery

from infra.local.services.cloudwatch.alarm_metrics import MINUTE_S, MetricName, MetricStore
from infra.local.services.cloudwatch.alarm_rules import COMPARISONS, EXTRA_POINTS, MISSING, Rule, State
from infra.local.services.cloudwatch.alarm_statistics import (
    Value,
    check_expression,
    check_statistic,
    evaluate,
    statistic,
)
from serin.domain.errors import Invalid

_DAY_S, _HOUR_S = 86400, 3600


@dataclass(frozen=True)
class _Input:
    """One line of the alarm's metric math; a plain alarm has one."""

    id: str
    metric: MetricName | None = None
    statistic: str = ""
    expression: str = ""


@dataclass(frozen=True)
class Evaluation:
    """The data points, oldest first, and what state they mean; None when the alarm keeps its own."""

    points: tuple[Value, ...]
    state: State | None


class AlarmPlan:
    """How a metric alarm is computed; raises Invalid for what the local cloud does not evaluate."""

    def __init__(self, alarm: Alarm, store: MetricStore) -> None:
        self.rule = _rule(alarm)
        self.period_s, self._inputs, self._result = _inputs(alarm)
        self.metrics = {one.metric for one in self._inputs if one.metric}
        self._store = store
        self._range = self.rule.periods + EXTRA_POINTS
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html: multi-day alarms
        self._every_s = _HOUR_S if self.rule.periods * self.period_s > _DAY_S else MINUTE_S

    def next_look(self, now_s: float) -> float:
        """The first moment after now at which it is evaluated."""
        return (math.floor(now_s / self._every_s) + 1) * self._every_s

    def evaluation(self, at_s: float) -> Evaluation:
        """With the windows that end at that moment."""
        ends = [at_s - back * self.period_s for back in reversed(range(self._range))]
        points = tuple(self._point(end) for end in ends)
        return Evaluation(points, self.rule.state(points))

    def next_change(self, state: str, now_s: float) -> float | None:
        """When the state will differ if no more data comes; None for never.

        Between the moments at which a minute of data enters or leaves one of the windows nothing changes.
        """
        moments = {self.next_look(now_s), *(moment for moment in self._crossings(now_s) if moment > now_s)}
        for moment in sorted(moments):
            if self.evaluation(moment).state not in (None, state):
                return moment
        return None

    def _crossings(self, now_s: float) -> Iterator[float]:
        oldest = now_s - (self._range + 1) * self.period_s - self._every_s
        for metric in self.metrics:
            for minute in self._store.series(metric).between(oldest, math.inf):
                for back in range(self._range + 1):
                    crossing = minute + MINUTE_S + back * self.period_s
                    yield math.ceil(crossing / self._every_s) * self._every_s

    def _point(self, end_s: float) -> Value:
        values: dict[str, Value] = {}
        for one in self._inputs:
            if one.metric is not None:
                summary = self._store.series(one.metric).summary(end_s - self.period_s, end_s)
                values[one.id] = statistic(one.statistic, summary)
        for one in self._inputs:
            if one.expression:
                values[one.id] = evaluate(one.expression, values)
        return values[self._result]


def _rule(alarm: Alarm) -> Rule:
    name = alarm.name
    if alarm.comparison_operator not in COMPARISONS or alarm.threshold_metric_id:
        raise Invalid(
            f"The alarm {name} compares by {alarm.comparison_operator}.", f"Use one of {', '.join(COMPARISONS)}."
        )
    missing = alarm.treat_missing_data or "missing"
    if missing not in MISSING:
        raise Invalid(f"The alarm {name} treats missing data as {missing}.", f"Use one of {', '.join(MISSING)}.")
    periods = int(alarm.evaluation_periods)
    needed = int(alarm.datapoints_to_alarm or periods)
    return Rule(float(alarm.threshold), alarm.comparison_operator, periods, needed, missing)


def _inputs(alarm: Alarm) -> tuple[int, tuple[_Input, ...], str]:
    """The period in seconds, the metrics and expressions, and which of them is compared."""
    if not alarm.metric_data_queries:
        dimensions = frozenset((str(one.name), str(one.value)) for one in alarm.dimensions)
        metric = MetricName(alarm.namespace, alarm.metric_name, dimensions, alarm.unit or None)
        chosen = alarm.statistic or alarm.extended_statistic or ""
        check_statistic(chosen)
        return _period(alarm, [int(alarm.period)]), (_Input("value", metric, chosen),), "value"
    queries = alarm.metric_data_queries
    periods = [int(query.metric_stat.period) for query in queries if query.metric_stat]
    returned = [query.id for query in queries if str(query.return_data).lower() != "false"]
    if len(returned) != 1:
        raise Invalid(f"The alarm {alarm.name} returns data of {returned}.", "Return the data of exactly one.")
    return _period(alarm, periods), tuple(_query(query) for query in queries), returned[0]


def _query(query: MetricDataQuery) -> _Input:
    if query.metric_stat is None:
        check_expression(str(query.expression))
        return _Input(query.id, expression=str(query.expression))
    check_statistic(query.metric_stat.stat)
    metric = query.metric_stat.metric
    dimensions = frozenset((str(one.name), str(one.value)) for one in metric.dimensions)
    name = MetricName(metric.namespace, metric.metric_name, dimensions, query.metric_stat.unit or None)
    return _Input(query.id, name, query.metric_stat.stat)


def _period(alarm: Alarm, periods: Sequence[int]) -> int:
    if len(set(periods)) != 1 or periods[0] % MINUTE_S:
        raise Invalid(
            f"The alarm {alarm.name} has periods of {', '.join(str(period) for period in periods)} s.",
            "Use one period, of whole minutes.",
        )
    return periods[0]
