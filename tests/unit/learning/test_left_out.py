from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain.judgement.policy import GatePolicy
from serin.learning.columns import read_columns
from serin.learning.left_out import Judging, view_costs
from serin.learning.pipelines import default_pipeline
from serin.learning.reliance import feature_gains
from tests.unit.learning.orders import START, order_rows, orders_npz

COLUMNS = read_columns(orders_npz(order_rows(days=40)))
JUDGING = Judging(
    COLUMNS,
    "binary",
    lambda columns, params: default_pipeline("binary", columns, params),
    {"max_leaf_nodes": 7, "max_iter": 30},
    START + timedelta(days=30),
    GatePolicy("log_loss", block="row"),
)


def test_a_view_that_says_something_is_missed_and_its_cpu_is_told() -> None:
    (queue,) = view_costs(JUDGING, ["queue", "nobody_has_it"])
    assert (queue.view, queue.columns, queue.loss.rows, queue.loss.blocks) == ("queue", 1, 250, 250)
    assert queue.loss.low is not None
    assert queue.loss.low > 0, "a long queue makes an order late"


def test_a_view_that_says_nothing_is_not_missed() -> None:
    names = [column.name for column in COLUMNS.columns]
    noise = COLUMNS.table.assign(**{"queue.length": 0.0})
    (queue,) = view_costs(replace(JUDGING, columns=replace(COLUMNS, table=noise)), ["queue"])
    assert "queue.length" in names
    assert queue.loss.value == pytest.approx(0.0, abs=0.01)


def test_views_beyond_the_budget_are_left_out() -> None:
    assert list(view_costs(JUDGING, ["queue"], budget_cpu_s=-1.0)) == []


def test_a_feature_that_decides_is_relied_on_and_one_that_says_nothing_is_not() -> None:
    quiet = COLUMNS.table.assign(amount=1.0)
    gains = {gain.feature: gain.loss for gain in feature_gains(replace(JUDGING, columns=replace(COLUMNS, table=quiet)))}
    assert gains["queue.length"].value > 0.01
    assert gains["amount"].value == 0.0
