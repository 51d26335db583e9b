"""Metric data by the minute, as alarms read it."""

from __future__ import annotations

import bisect
import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from moto.cloudwatch.models import MetricAggregatedDatum, MetricDatum, MetricDatumBase

from infra.local.delivery.measuring import Level

MINUTE_S = 60


@dataclass(frozen=True)
class MetricName:
    """One metric: a name with exactly these dimensions, and one unit of it or all."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]
    unit: str | None = None


@dataclass
class Summary:
    """What was measured in some span; values are there where they were put one by one."""

    count: float = 0.0
    total: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    values: list[float] = field(default_factory=list)

    def in_order(self) -> list[float]:
        """The values from the lowest to the highest: sorted where they are, so that the next time is quick."""
        self.values.sort()
        return self.values

    def add(self, other: Summary) -> None:
        """Take in another span's."""
        self.count += other.count
        self.total += other.total
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)
        self.values += other.values


class Series:
    """One metric's minutes, in order."""

    def __init__(self) -> None:
        self._minutes: list[int] = []
        self._summaries: dict[int, Summary] = {}

    def add(self, minute: int, summary: Summary) -> None:
        """Take in what was measured in the minute that begins at this second of the epoch."""
        if minute not in self._summaries:
            bisect.insort(self._minutes, minute)
            self._summaries[minute] = Summary()
        self._summaries[minute].add(summary)

    def between(self, begin: float, end: float) -> list[int]:
        """The minutes with data from `begin` on, before `end`."""
        return self._minutes[bisect.bisect_left(self._minutes, begin) : bisect.bisect_left(self._minutes, end)]

    def summary(self, begin: float, end: float) -> Summary | None:
        """All that was measured in a span; None when nothing was."""
        minutes = self.between(begin, end)
        if not minutes:
            return None
        if len(minutes) == 1:
            return self._summaries[minutes[0]]
        made = Summary()
        for minute in minutes:
            made.add(self._summaries[minute])
        return made


class LevelSeries(Series):
    """A metric whose value holds until it changes; each minute has the value it ended with.

    AWS no longer says that of a queue nobody has used for six hours, which is one that is empty.
    """

    def add(self, minute: int, summary: Summary) -> None:
        """The last value of a minute is the minute's."""
        self._summaries.pop(minute, None)
        if minute in self._minutes:
            self._minutes.remove(minute)
        super().add(minute, summary)

    def between(self, begin: float, end: float) -> list[int]:
        """The minutes about a change, before and after it: nothing differs at any other."""
        return sorted({at for change in super().between(begin, end) for at in (change - MINUTE_S, change)})

    def summary(self, begin: float, end: float) -> Summary | None:
        """Of each minute that began in the span and has a value."""
        made = Summary()
        for at, change in enumerate(self._minutes):
            until = self._minutes[at + 1] if at + 1 < len(self._minutes) else end
            count = (min(until, end) - max(change, begin)) // MINUTE_S
            if count > 0:
                value = self._summaries[change].high
                made.add(Summary(count, value * count, value, value))
        return made if made.count else None


class MetricStore:
    """All series, kept up with moto's growing list of data."""

    def __init__(self) -> None:
        self._series: dict[MetricName, Series] = {}
        self._units: dict[MetricName, set[str | None]] = {}
        self._read = 0

    def series(self, metric: MetricName) -> Series:
        """The metric's minutes so far."""
        return self._series.get(metric) or Series()

    def units(self, metric: MetricName) -> list[str | None]:
        """The units a metric's data came in, or the one it asks for."""
        known = self._units.get(replace(metric, unit=None), set())
        return sorted(known & {metric.unit} if metric.unit else known, key=str)

    def take_in(self, data: list[MetricDatumBase]) -> set[Hashable]:
        """Read what is new at the end of the list; returns the metrics that have changed."""
        if len(data) < self._read:
            self._series, self._units, self._read = {}, {}, 0
        new = data[self._read :]
        self._read += len(new)
        return {metric for datum in new for metric in self._add(datum)}

    def _add(self, datum: MetricDatumBase) -> Iterable[MetricName]:
        dimensions = frozenset((str(own.name), str(own.value)) for own in datum.dimensions)
        minute = int(seconds(datum.timestamp) // MINUTE_S) * MINUTE_S
        kind = LevelSeries if isinstance(datum, Level) else Series
        self._units.setdefault(MetricName(datum.namespace, datum.name, dimensions), set()).add(datum.unit)
        for unit in {None, datum.unit}:
            metric = MetricName(datum.namespace, datum.name, dimensions, unit)
            self._series.setdefault(metric, kind()).add(minute, _summary(datum))
            yield metric


def _summary(datum: MetricDatumBase) -> Summary:
    if isinstance(datum, MetricAggregatedDatum):
        return Summary(float(datum.sample_count), float(datum.sum), float(datum.min), float(datum.max))
    assert isinstance(datum, MetricDatum)
    value = float(datum.value)
    return Summary(1.0, value, value, value, [value])


def seconds(moment: datetime | str) -> float:
    """moto keeps what the client sent: text, or a datetime that is UTC where it has no zone."""
    parsed = datetime.fromisoformat(moment.replace("Z", "+00:00")) if isinstance(moment, str) else moment
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
