"""What the rows of a view looked like when it was built, for people and for CloudWatch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from serin.domain.quality_metrics import NAMESPACE


@dataclass(frozen=True)
class ValueStatistics:
    """One column a view is made of: the share of nulls, and of numbers the least, the mean and the greatest."""

    nulls: float
    least: float | None = None
    mean: float | None = None
    greatest: float | None = None


@dataclass(frozen=True)
class DerivedTimes:
    """How far the times that a model's code derives lie from `column`, a time of the contract.

    `offsets` are the least and the greatest distance in microseconds, by derived column, over all rows of the uploads
    up to `upto`, derived by the uploads up to `looked_up` of the datasets that the code looks things up in. A column
    that is not among them may lie anywhere; of one without values the least distance is above the greatest.
    """

    column: str
    offsets: Mapping[str, tuple[int, ...]]
    upto: int
    looked_up: Mapping[str, int]

    def followed_by(self, later: DerivedTimes) -> DerivedTimes:
        """Over the rows of both, up to where `later` reaches, which begins where this one ends or before."""
        known = {name: times for name, times in self.offsets.items() if name in later.offsets}
        offsets = {
            name: (min(least, later.offsets[name][0]), max(greatest, later.offsets[name][1]))
            for name, (least, greatest) in known.items()
        }
        return replace(later, offsets=offsets)


@dataclass(frozen=True)
class ViewStatistics:
    """All rows that counted when the view was built.

    `rows` count where the entity is known, and the time of the event where the view has one; `newest` is the newest
    event that was known then. They were counted when the dataset had `counted` rows; of a long history that may be
    some uploads ago, but for the newest event. `times` tell which rows have a derived time within some span, without
    deriving them.
    """

    rows: int
    entities: int
    newest: datetime | None
    values: Mapping[str, ValueStatistics]
    counted: int = 0
    times: DerivedTimes | None = None


def view_metrics(model: str, view: str, statistics: ViewStatistics, now: datetime, stage: str) -> str:
    """One line of CloudWatch's embedded metric format: rows, entities, nulls in percent, and the newest event's age."""
    nulls = [value.nulls for value in statistics.values.values()]
    metrics: dict[str, tuple[float, str]] = {
        "view_rows": (statistics.rows, "Count"),
        "view_entities": (statistics.entities, "Count"),
        "view_nulls": (round(100 * sum(nulls) / len(nulls), 4) if nulls else 0.0, "Percent"),
    }
    if statistics.newest is not None:
        metrics["view_age"] = (round((now - statistics.newest).total_seconds(), 3), "Seconds")
    definition = {
        "Namespace": NAMESPACE,
        "Dimensions": [["stage", "model", "view"]],
        "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in metrics.items()],
    }
    about = {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [definition]}
    values = {name: value for name, (value, _) in metrics.items()}
    return json.dumps({"_aws": about, "stage": stage, "model": model, "view": view, **values})
