"""Metric data by periods, as people and programs ask for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from infra.local.services.cloudwatch.alarm_metrics import MINUTE_S, MetricName, MetricStore, seconds
from infra.local.services.cloudwatch.alarm_statistics import check_expression, check_statistic, evaluate, statistic
from serin.domain.errors import Invalid


@dataclass(frozen=True)
class Span:
    """From `begin` on, before `end`, in seconds of the epoch and steps of `period`."""

    begin: float
    end: float
    period: int

    def periods(self) -> Iterator[float]:
        """Where each of them begins."""
        for step in range(math.ceil((self.end - self.begin) / self.period)):
            yield self.begin + step * self.period


def span_of(start: datetime | str, end: datetime | str, period: int) -> Span:
    """A start within a minute is taken for that minute's; raises Invalid for what is no span of whole minutes.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
    """
    first, last = seconds(start), seconds(end)
    if first >= last:
        raise Invalid("The parameter StartTime must be less than the parameter EndTime.", "Ask for an earlier start.")
    if period < MINUTE_S or period % MINUTE_S:
        raise Invalid(f"The local cloud keeps metrics by the minute, not by {period} s.", "Ask for whole minutes.")
    return Span(first // MINUTE_S * MINUTE_S, last, period)


def metric_of(metric: Mapping[str, Any], unit: str | None = None) -> MetricName:
    """A metric as requests name it."""
    dimensions = frozenset((str(one["Name"]), str(one["Value"])) for one in metric.get("Dimensions") or ())
    return MetricName(metric["Namespace"], metric["MetricName"], dimensions, unit)


def points(store: MetricStore, metric: MetricName, stat: str, span: Span) -> dict[float, float]:
    """The statistic of each period that has data, by where the period begins."""
    check_statistic(stat)
    series = store.series(metric)
    points_at = {at: statistic(stat, series.summary(at, min(at + span.period, span.end))) for at in span.periods()}
    return {at: value for at, value in points_at.items() if value is not None}


def answers(
    store: MetricStore, queries: Sequence[Mapping[str, Any]], start: datetime, end: datetime
) -> dict[str, dict[float, float]]:
    """The points of each query by its id: of metrics, and of metric math over those."""
    series = {query["Id"]: _asked(store, query["MetricStat"], start, end) for query in queries if "MetricStat" in query}
    moments = sorted({at for one in series.values() for at in one})
    for query in (query for query in queries if "MetricStat" not in query):
        check_expression(query["Expression"])
        computed = {
            at: evaluate(query["Expression"], {name: one.get(at) for name, one in series.items()}) for at in moments
        }
        series[query["Id"]] = {at: value for at, value in computed.items() if value is not None}
    return series


def _asked(store: MetricStore, stat: Mapping[str, Any], start: datetime, end: datetime) -> dict[float, float]:
    span = span_of(start, end, int(stat["Period"]))
    return points(store, metric_of(stat["Metric"], stat.get("Unit")), stat["Stat"], span)


def datapoints(store: MetricStore, metric: MetricName, stats: Sequence[str], span: Span) -> list[dict[str, Any]]:
    """One for each period and unit, with all the statistics; percentiles lie apart."""
    points_at = []
    for unit in store.units(metric):
        columns = {stat: points(store, replace(metric, unit=unit), stat, span) for stat in stats}
        for at in sorted({at for column in columns.values() for at in column}):
            values = {stat: column[at] for stat, column in columns.items() if at in column}
            plain = {stat: value for stat, value in values.items() if stat[0] != "p"}
            extended = {stat: value for stat, value in values.items() if stat[0] == "p"}
            more = {"ExtendedStatistics": extended} if extended else {}
            points_at.append({"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": unit or "None", **plain, **more})
    return points_at
