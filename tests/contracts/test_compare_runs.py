"""Two hundred runs of twenty metrics side by side: what it takes, and that the filter and the order hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.domain.runs import RunMetric
from serin.services.compare_runs import compare_runs
from tests.builders import NOON, a_summary
from tests.tables import a_table

MODEL = "late-orders"
METRICS = ("log_loss", *(f"metric_{number}" for number in range(19)))


class Counted:
    """A client that counts what it asks of the table."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.queries = 0
        client.meta.events.register("before-call.dynamodb", self._count)

    def _count(self, **_: Any) -> None:
        self.queries += 1


@pytest.fixture
def table(aws: None) -> tuple[DynamoCatalog, Counted]:
    client, name = a_table("catalog", "pk", "sk", by_moment=True)
    catalog = DynamoCatalog(RecordTable(client, name))
    for number in range(200):
        at = NOON + timedelta(minutes=number)
        shown = [
            RunMetric(name, number / 7 + place, "validation", 12_345, 47, number / 9, number / 5, None, 280, at)
            for place, name in enumerate(METRICS)
        ]
        params = {"max_leaf_nodes": number % 31, "learning_rate": 0.05 + number / 1000}
        catalog.save_summary(
            a_summary(f"r1.{number:03d}", at=at, params=params, metrics={item.name: item for item in shown})
        )
    return catalog, Counted(client)


@pytest.mark.slow
def test_two_hundred_runs_of_twenty_metrics_take_three_queries_at_most(table: tuple[DynamoCatalog, Counted]) -> None:
    catalog, counted = table
    every = compare_runs(MODEL, catalog=catalog)
    assert (len(every), {len(run.metrics) for run in every}) == (200, {20})
    assert every[0].id == "r1.199"
    assert 1 <= counted.queries <= 3
    counted.queries = 0
    where = ["params.max_leaf_nodes<3", "validation.log_loss>=1", "status=finished"]
    chosen = compare_runs(MODEL, where, "validation.log_loss", 4, catalog=catalog)
    assert [run.id for run in chosen] == ["r1.031", "r1.032", "r1.033", "r1.062"]
    assert 1 <= counted.queries <= 3
