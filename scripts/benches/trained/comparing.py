"""Runs side by side on a DynamoDB in a process of its own: what it asks of the table, and the CPU of the client."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from benches.measuring import BENCHES
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import BY_MOMENT, MOMENT, RecordTable
from serin.domain.runs import RunMetric, RunSummary, trial_run
from serin.services.compare_runs import compare_runs

RUNS, METRICS, ROUNDS = 200, 20, 9
MODEL, TABLE = "flight-delay", "catalog"
BEGAN = datetime(2014, 1, 2, tzinfo=UTC)
WHERE, ORDER = ("status=finished", "params.max_leaf_nodes>=3"), "validation.log_loss"


def comparison() -> dict[str, float]:
    """Runs with a metric for each of so many, compared by two conditions in the order of a metric: the median."""
    with _client() as client:
        catalog = DynamoCatalog(RecordTable(client, TABLE))
        for number in range(RUNS):
            catalog.save_summary(_summary(number))
        asked: list[str] = []
        client.meta.events.register("before-call.dynamodb", lambda **call: asked.append(call["event_name"]))
        spent, queries = [], set()
        for _ in range(ROUNDS):
            asked.clear()
            began = time.process_time()
            runs = compare_runs(MODEL, WHERE, ORDER, RUNS, catalog=catalog)
            spent.append(time.process_time() - began)
            queries.add(len(asked))
    (metrics,) = {len(run.metrics) for run in runs}
    return {
        "runs": len(runs),
        "metrics": metrics,
        "queries": max(queries),
        "cpu_ms": round(1000 * sorted(spent)[ROUNDS // 2], 1),
    }


def _summary(number: int) -> RunSummary:
    shown = [
        RunMetric(name, number / 7 + place, "validation", 41_234, 47, number / 9, number / 5, None, 280, BEGAN)
        for place, name in enumerate(("log_loss", *(f"metric_{place}" for place in range(1, METRICS))))
    ]
    return RunSummary(
        id=trial_run("2b0f7a1e-5b0c-4a59-9f53-3c1f6c1e0a11", number),
        model=MODEL,
        status="finished",
        at=BEGAN + timedelta(minutes=number),
        algorithm="HistGradientBoostingClassifier",
        params={"max_leaf_nodes": 3 + number % 60, "learning_rate": 0.05 + number / 1000},
        training_set="0" * 32,
        seconds=12.5,
        metrics={item.name: item for item in shown},
    )


@contextmanager
def _client() -> Iterator[Any]:
    """Of a table as infra/stacks/catalog.py makes it."""
    command = [sys.executable, str(BENCHES / "table_server.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("the server has no pipes")
        access: Any = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench", "region_name": "us-east-1"}
        client = boto3.client("dynamodb", endpoint_url=server.stdout.readline().strip(), **access)
        index: Any = {"IndexName": BY_MOMENT, "KeySchema": _keys("pk", MOMENT), "Projection": {"ProjectionType": "ALL"}}
        client.create_table(
            TableName=TABLE,
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", MOMENT)],
            KeySchema=_keys("pk", "sk"),
            LocalSecondaryIndexes=[index],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client
        server.stdin.close()


def _keys(*names: str) -> list[Any]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=True)]
