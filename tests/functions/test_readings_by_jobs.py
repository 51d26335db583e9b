"""The model that `bench scale --fit` makes of millions of rows, of some thousands: by jobs as by the function."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from benches.scaling import fitted
from serin.adapters.memory.world import MemoryClock
from serin.domain.charter import JobTerms
from serin.files.models import ModelFolder, read_model
from tests.functions.subject import MODEL, RenamedWorld
from tests.functions.training_machine import train

ROWS, FILES = 6_000, 3
TERMS = JobTerms("ml.m5.large", timedelta(hours=1), always=True)


def readings() -> ModelFolder:
    """The bench's own model."""
    return read_model(fitted.HERE / fitted.MODEL)


def world_of(**training: Any) -> RenamedWorld:
    """All its rows accepted, in some files."""
    world = RenamedWorld(readings(), **training)
    world.clock = MemoryClock(fitted.START + timedelta(days=fitted.DAYS + 1))
    for number in range(FILES):
        file = io.BytesIO()
        fitted.rows_between(ROWS * number // FILES, ROWS * (number + 1) // FILES, ROWS).write_parquet(file)
        upload = world.send("readings", f"readings-{number}.parquet", file.getvalue())
        assert upload.accepted == ROWS // FILES
    return world


@pytest.mark.slow
def test_rows_of_the_bench_are_fitted_by_jobs_and_by_the_function_to_one_model() -> None:
    by_job, by_function = world_of(job=TERMS), world_of(job=None)
    seen = list[str]()
    runs = [train(by_job, "j1", seen.append), train(by_function, "f1")]
    assert [(run.status, run.version) for run in runs] == [("registered", 1)] * 2
    job, function = (world.catalog.version(MODEL, 1) for world in (by_job, by_function))
    assert job.estimator.sha256 == function.estimator.sha256
    assert job.verdict.outcome == "pass"
    assert job.metrics["roc_auc"] > 0.8
    assert (job.fitted_on is not None, function.fitted_on) == (True, None)
    assert next(name for name in seen if name.endswith("Job")) == "CheckJob"
    assert by_job.catalog.training_set(MODEL, str(runs[0].training_set)).rows == ROWS
