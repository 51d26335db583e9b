"""What the rows of a view looked like when it was built, for people and for CloudWatch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
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
class ViewStatistics:
    """All rows that counted when the view was built.

    `rows` count where the entity is known, and the time of the event where the view has one; `newest` is the newest
    event that was known then. They were counted when the dataset had `counted` rows; of a long history that may be
    some uploads ago, but for the newest event.
    """

    rows: int
    entities: int
    newest: datetime | None
    values: Mapping[str, ValueStatistics]
    counted: int = 0


def view_metrics(model: str, view: str, found: ViewStatistics, now: datetime, stage: str) -> str:
    """One line of CloudWatch's embedded metric format: rows, entities, nulls in percent, and the newest event's age."""
    nulls = [value.nulls for value in found.values.values()]
    metrics: dict[str, tuple[float, str]] = {
        "view_rows": (found.rows, "Count"),
        "view_entities": (found.entities, "Count"),
        "view_nulls": (round(100 * sum(nulls) / len(nulls), 4) if nulls else 0.0, "Percent"),
    }
    if found.newest is not None:
        metrics["view_age"] = (round((now - found.newest).total_seconds(), 3), "Seconds")
    definition = {
        "Namespace": NAMESPACE,
        "Dimensions": [["stage", "model", "view"]],
        "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in metrics.items()],
    }
    about = {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [definition]}
    values = {name: value for name, (value, _) in metrics.items()}
    return json.dumps({"_aws": about, "stage": stage, "model": model, "view": view, **values})
