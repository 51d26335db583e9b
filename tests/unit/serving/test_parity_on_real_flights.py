"""No skew: a real flight, asked about when training says it was asked, has the row that training learnt from."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd
import polars as pl
import pytest

from serin.data.features.buckets import buckets_of, buckets_touched
from serin.data.features.columns import to_npz
from serin.data.features.joins import latest_rows, training_rows
from serin.data.features.latest import latest_values
from serin.domain.buckets import Bucket, OnlineItem, items_id
from serin.domain.features import EntityKey
from serin.domain.fields import read_field
from serin.learning.columns import TrainingColumns, read_columns
from serin.serving.features import FeaturePlan, FeatureRow
from serin.serving.on_demand import OnDemand
from serin.serving.rows import Instance
from serin.serving.table import table_of
from tests.real_flights import flight_delay, function, january

CHARTER = flight_delay().charter
SAMPLE = range(100, 20_000, 450)


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return training_rows(CHARTER, flight_delay().contracts, january(), function)


@pytest.fixture(scope="module")
def plan() -> FeaturePlan:
    arguments = {
        "hour": ("sched_dep_utc",),
        "weekday": ("sched_dep_utc",),
        "plane_age": ("sched_dep_utc", "plane_year"),
    }
    calls = CHARTER.features.on_demand
    return FeaturePlan(CHARTER, {name: OnDemand(name, function(call), arguments[name]) for name, call in calls.items()})


def instances(rows: pl.DataFrame) -> list[tuple[datetime, Instance]]:
    """The sampled rows' requests, through the same checks a caller's go through, and the moments they are asked at."""
    derived = function("features:flight_times")(january()["flights"], january()["airports"])
    asked = derived.unique(["time_hour", "carrier", "flight"], keep="last")
    key = {f"__key_{name}": name for name in ("time_hour", "carrier", "flight")}
    sampled = rows[list(SAMPLE)].select("__moment", *key).rename(key)
    names = [item.name for item in CHARTER.inputs]
    found = sampled.join(asked.select(names), on=list(key.values()), how="left", maintain_order="left")
    return [(record["__moment"], _request(record)) for record in found.to_dicts()]


def _request(record: dict[str, Any]) -> Instance:
    sent = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in record.items()}
    return {item.name: read_field(item, sent[item.name]) for item in CHARTER.inputs}


@cache
def buckets() -> dict[EntityKey, Bucket]:
    """The buckets of January; what is in them says from when it is known."""
    derived = function("features:flight_times")(january()["flights"], january()["airports"])
    rows = latest_rows(derived, flight_delay().contracts["flights"])
    found: dict[EntityKey, Bucket] = {}
    for view in CHARTER.features.views:
        if view.windows:
            key = CHARTER.features.entities[view.entity]
            made = buckets_of(view, items_id(CHARTER, view), rows, key, (), buckets_touched(view, rows, key), 1)
            found |= {bucket.key: bucket for bucket in made}
    return found


def online_at(moment: datetime, keys: list[EntityKey]) -> dict[EntityKey, OnlineItem]:
    """What the online store would have held for the keys at a moment."""
    found: dict[EntityKey, OnlineItem] = {key: buckets()[key] for key in keys if key in buckets()}
    for view in CHARTER.features.views:
        if view.windows:
            continue
        source, entity = january()[view.source], CHARTER.features.entities[view.entity]
        named = {"plane": "tailnum", "weather_now": "origin"}[view.name]
        name = items_id(CHARTER, view)
        wanted = [key.values[0] for key in keys if key.view == name]
        rows = source.filter(pl.col(named).is_in(wanted))
        made = latest_values(view, name, rows, entity, (), rows.select(entity).unique(), 1, moment)
        found |= {values.key: values for values in made}
    return found


@pytest.mark.slow
def test_a_request_at_its_moment_gets_the_row_that_training_learnt_from(rows: pl.DataFrame, plan: FeaturePlan) -> None:
    learnt: TrainingColumns = read_columns(to_npz(rows, CHARTER))
    served: list[FeatureRow] = [
        plan.row(instance, online_at(moment, plan.keys([instance], moment)), moment)
        for moment, instance in instances(rows)
    ]
    table = table_of([row.values for row in served], learnt.columns)
    expected = learnt.table.iloc[list(SAMPLE)].reset_index(drop=True)
    pd.testing.assert_frame_equal(table, expected, check_exact=True)
    assert len(table) > 40
    assert table["weather_now.temp"].notna().mean() > 0.9
    assert table["carrier_arrivals.carrier_late_7d"].notna().mean() > 0.9
    assert 0.3 < table["plane_age"].notna().mean() < 1.0
