"""The example's own pipeline, on made-up flights that are late as real ones are: by hour, by carrier, by weather."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from serin.learning.columns import TrainingColumns, read_columns
from serin.learning.fitting import refit, run_trial
from serin.serving.manifest import ModelColumn
from serin.serving.table import table_of
from tests.unit.learning.orders import START, npz

FILE = Path(__file__).parents[3] / "models" / "flight-delay" / "pipeline.py"
PARAMS = {"max_leaf_nodes": 15, "learning_rate": 0.1}
CARRIERS = ["9E", "AA", "B6", "DL", "EV", "UA"]


def make(columns: Sequence[ModelColumn], params: Any) -> Any:
    spec = importlib.util.spec_from_file_location("flight_delay_pipeline", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pipeline(columns, params)


@pytest.fixture(scope="module")
def flights() -> TrainingColumns:
    random = np.random.default_rng(3)
    rows = 6000
    day = np.arange(rows) // 100
    hour = random.integers(5, 23, rows)
    carrier = random.integers(0, len(CARRIERS), rows)
    precip = np.where(random.random(60) < 0.2, random.gamma(1.0, 0.1, 60), 0.0)[day]
    late = random.random(rows) < 1 / (1 + np.exp(3.2 - hour / 10 - carrier / 6 - precip * 8))
    return read_columns(
        npz(
            [
                ("__moment", "timestamp", [START + timedelta(days=int(d), minutes=i % 100) for i, d in enumerate(day)]),
                ("__label", "boolean", late.tolist()),
                ("hour", "integer", hour.tolist()),
                ("carrier", "string", [CARRIERS[index] for index in carrier]),
                ("plane_age", "integer", [None if age > 20 else int(age) for age in random.integers(0, 25, rows)]),
                ("weather_now.precip", "number", precip.tolist()),
            ]
        )
    )


def test_it_learns_what_makes_flights_late(flights: TrainingColumns) -> None:
    found = run_trial(flights, "binary", make, PARAMS, START + timedelta(days=50)).metrics
    assert found["roc_auc"] > 0.62
    assert found["log_loss"] < 0.69


def test_the_same_params_give_the_same_model(flights: TrainingColumns) -> None:
    until = START + timedelta(days=50)
    assert (
        run_trial(flights, "binary", make, PARAMS, until).metrics
        == run_trial(flights, "binary", make, PARAMS, until).metrics
    )


def test_both_params_change_the_model(flights: TrainingColumns) -> None:
    until = START + timedelta(days=50)
    losses = {
        run_trial(flights, "binary", make, {**PARAMS, **other}, until).metrics["log_loss"]
        for other in ({}, {"max_leaf_nodes": 3}, {"learning_rate": 0.02})
    }
    assert len(losses) == 3


def test_a_flight_of_an_unknown_carrier_without_weather_or_plane_gets_a_probability(flights: TrainingColumns) -> None:
    fitted = refit(flights, "binary", make, PARAMS)
    model: Any = fitted.estimator
    row = {"hour": 21, "carrier": "ZZ", "plane_age": None, "weather_now.precip": None}
    early = {**row, "hour": 6}
    probability = model.predict_proba(table_of([row, early, {**row, "carrier": None}], fitted.columns))[:, 1]
    assert 0.0 < probability[1] < probability[0] < 1.0
    assert probability[2] == probability[0], "an unknown carrier counts as none"
