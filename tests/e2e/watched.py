"""A look at the walk's model, with something in it for every grant of the function that looks."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from infra.local.wiring import ACCOUNT
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import Put, RecordTable
from serin.data.looks.truth import FACTS, written_facts
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.names import digest
from serin.domain.prediction_ids import prediction_id
from serin.domain.truth import Fact, facts_file, microseconds
from serin.domain.watched import Outgoing, window_end
from serin.ports import ObjectStore
from serin.services.collect_predictions import collect_predictions
from serin_cli.walk import BATCH, BATCHES, MODEL
from tests.builders import LOG_STREAM, a_prediction_line
from tests.e2e.conftest import Walked

DAY, WEEK, LONG_AGO = timedelta(days=1), timedelta(days=7), timedelta(days=500)
FEATURE = "distance"


def look(walked: Walked, clients: Any, catalog: DynamoCatalog, table: RecordTable, lake: ObjectStore) -> None:
    """A window with a row is judged, what was to be told is told, and a training that is due begins; it is stopped."""
    now = walked.platform.cloud.clock.now()
    end = window_end(now - DAY, WEEK)
    _asked_and_answered(end - DAY, lake)
    _log_is_read_again((end - DAY).date(), clients("s3"), walked.platform.connection.lake_bucket, lake)
    state = catalog.watch_state(MODEL)
    told = (Outgoing("a", "b", "Drift Detected", {}), Outgoing("a", "b", "Performance Degraded", {}))
    episode = Episode(FEATURE, end - WEEK, f"{FEATURE} has drifted.", end - WEEK)
    before = replace(
        state, judged=end - 2 * WEEK, version=1, episodes=(episode,), outbox=told, revision=state.revision + 1
    )
    assert catalog.save_watch(before)
    function = f"serin-{walked.platform.connection.stage}-watch-model"
    with _training_due(catalog, table):
        answer = clients("lambda").invoke(FunctionName=function, Payload=json.dumps({"model": MODEL}).encode())
        looked = json.loads(answer["Payload"].read())
        _stop_trainings(walked, clients("stepfunctions"))
    assert looked["judged"] == [f"{end - WEEK:%Y-%m-%d}", f"{end:%Y-%m-%d}"], looked
    assert f"A training of {MODEL} begins (age)" in looked["told"], looked
    path = f"/models/{MODEL}/watch"
    window = walked.client.get(path)["report"]["window"]
    assert window["rows"] == BATCHES * BATCH + 1, window
    assert 0 < window["truth"]["labelled"] <= window["rows"], window
    assert walked.client.post(f"{path}/{FEATURE}/acknowledge")["status"] == "acknowledged"
    assert walked.client.post(f"{path}/{FEATURE}/close")["status"] == "closed"


def _asked_and_answered(at: datetime, lake: ObjectStore) -> None:
    """A prediction, and what its dataset says of it."""
    name = prediction_id(MODEL, at, bytes(8))
    line = a_prediction_line(name, at, model=MODEL, inputs={}, features={FEATURE: 500.0})
    collect_predictions(MODEL, LOG_STREAM, [line], lake=lake)
    known = microseconds(at + DAY)
    fact = Fact(name, "dataset", "row", 1, known, "true")
    content = written_facts(pl.DataFrame([asdict(fact)], schema=FACTS))
    lake.put(facts_file(MODEL, at.date(), name, name, digest(content)), gzip.compress(content))


def _log_is_read_again(day: date, s3: Any, bucket: str, lake: ObjectStore) -> None:
    """Days that are whole are kept as tables: those of that day say nothing of what was logged just now."""
    for key in lake.keys(f"truth/{MODEL}/asked/{day}-"):
        s3.delete_object(Bucket=bucket, Key=key)


@contextmanager
def _training_due(catalog: DynamoCatalog, table: RecordTable) -> Iterator[None]:
    """As if all that was learnt, and every training, lay more than a year back."""
    runs, versions = catalog.runs(MODEL), catalog.versions(MODEL)
    for run in runs:
        catalog.save_run(replace(run, at=run.at - LONG_AGO))
    for version in versions:
        _put(table, replace(version, learnt_until=version.learnt_until - LONG_AGO))
    try:
        yield
    finally:
        for run in runs:
            catalog.save_run(run)
        for version in versions:
            _put(table, version)


def _put(table: RecordTable, version: Any) -> None:
    table.put(Put(f"MODEL#{MODEL}", f"{version.version:09d}", version))


def _stop_trainings(walked: Walked, states: Any) -> None:
    name = f"serin-{walked.platform.connection.stage}-training-{MODEL}"
    machine = f"arn:aws:states:{walked.platform.cloud.region}:{ACCOUNT}:stateMachine:{name}"
    for execution in states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
        states.stop_execution(executionArn=execution["executionArn"])
