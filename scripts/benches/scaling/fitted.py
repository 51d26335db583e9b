"""A model of millions of rows by the product's own way: uploaded, gathered, fitted by jobs, judged, released, asked."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import polars as pl

from benches.measuring import PROGRESS
from benches.own_cloud import Place, own_cloud
from benches.processes import Processes, Took, watched
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.domain.models import ModelVersion
from serin.domain.training_jobs import request_in
from serin_cli.client import wait

HERE, MODEL = Path(__file__).parent, "readings"
START, DAYS, HOLDOUT = datetime(2026, 1, 1, tzinfo=UTC), 100, 2
FILES = 20
_LINES = 12
_NUMBERS = ("heat", "pressure", "sway", "load", "speed", "age")
_ASKED = {"reading": -1, "heat": 1.5, "pressure": 0.5, "sway": -0.5, "load": 0.0, "speed": 1.0, "age": 1.0}


@dataclass
class Seconds:
    """What each part of the way took, of the machine's time."""

    parts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Measure a part."""
        PROGRESS.print(part)
        began = time.monotonic()
        yield
        self.parts[part] = round(time.monotonic() - began, 1)


def fitted(rows: int, folder: Path) -> dict[str, Any]:
    """The figures of a model of so many rows, which has gone live and answered; raises SystemExit where it has not."""
    seconds, now = Seconds(), START + timedelta(days=DAYS + 1)
    with (
        own_cloud(HERE / MODEL, folder, _begins_by_its_last_file(rows), now) as here,
        watched(here.cloud.endpoint_url) as processes,
    ):
        with seconds.of("made and accepted"):
            size = sum(_uploaded(here, number, rows, folder) for number in range(FILES))
        with seconds.of("gathered, fitted and judged"):
            run = _run_ended(here, processes)
        with seconds.of("released"):
            release = here.client.release_ended(MODEL, version=run["version"])
        if release["status"] != "live":
            raise SystemExit(f"The release is {release['status']}: {release['reason']}")
        (prediction,) = here.client.predict(MODEL, [_ASKED])["predictions"]
        took, jobs = processes.of_each(), _jobs(here)
        return {
            "seconds": seconds.parts,
            "file_bytes": size,
            **_recorded(here, run["id"]),
            "jobs": [{**job, **_rounded(took.pop(name, None))} for name, job in jobs.items()],
            "functions": {name: _rounded(one) for name, one in sorted(took.items())},
            "released": [step["name"] for step in release["steps"]],
            "answered": prediction,
        }


def _begins_by_its_last_file(rows: int) -> Any:
    """The training begins once there are as many rows as only the last file brings."""

    def edit(charter: dict[str, Any]) -> None:
        charter["training"] |= {"minimum_rows": round(rows * (1 - 0.6 / FILES)), "holdout": f"{HOLDOUT}d"}

    return edit


def _uploaded(here: Place, number: int, rows: int, folder: Path) -> int:
    file, first = folder / f"readings-{number:02}.parquet", rows * number // FILES
    rows_between(first, rows * (number + 1) // FILES, rows).write_parquet(file)
    upload, size = here.client.upload(MODEL, file), file.stat().st_size
    file.unlink()
    if upload["status"] != "accepted" or upload["accepted"] != rows * (number + 1) // FILES - first:
        raise SystemExit(f"{file.name} is {upload['status']}: {upload}")
    PROGRESS.print(f"{number + 1} of {FILES} files are accepted")
    return size


def rows_between(first: int, end: int, rows: int) -> pl.DataFrame:
    """Readings from one number to another, of `rows` that are spread evenly over the days."""
    chance, count = np.random.default_rng([first, rows]), end - first
    values = {name: chance.standard_normal(count).round(2) for name in _NUMBERS}
    logit = 2 * values["heat"] + values["pressure"] * values["sway"] + values["age"]
    numbers = np.arange(first, end)
    at = START + pl.Series(numbers * (DAYS * 86_400_000_000 // rows)).cast(pl.Duration("us"))
    return pl.DataFrame(
        {"reading": numbers, "at": at, **values, "failed": chance.random(count) < 1 / (1 + np.exp(-logit))}
    )


def _run_ended(here: Place, processes: Processes) -> Mapping[str, Any]:
    """The first training; patience is for functions and jobs that do nothing."""

    def look() -> Mapping[str, Any] | None:
        runs = here.client.all("/runs", model=MODEL)
        return next((run for run in runs if run["status"] not in ("running", "skipped")), None)

    run = wait(look, "the training", lambda: int(processes.seconds))
    if run["status"] != "registered":
        raise SystemExit(f"The training is {run['status']}: {run['reason']}\n{_said(here)}")
    return run


def _said(here: Place) -> str:
    """The last lines of every function and job."""
    logs, lines = boto3.client("logs", **here.cloud.client), list[str]()
    for group in logs.describe_log_groups()["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"][-_LINES:]
        lines += [group["logGroupName"], *(event["message"].rstrip()[:2_000] for event in events)]
    return "\n".join(lines)


def _recorded(here: Place, run_id: str) -> dict[str, Any]:
    catalog = DynamoCatalog(
        RecordTable(boto3.client("dynamodb", **here.cloud.client), here.settings.names.table("catalog"))
    )
    run = catalog.run(MODEL, run_id)
    training_set = catalog.training_set(MODEL, str(run.training_set))
    version: ModelVersion = catalog.versions(MODEL)[-1]
    return {
        "rows": training_set.rows,
        "learnt_from": {"contest": training_set.learnable, "model": training_set.rows},
        "digests": {"rows": training_set.columns_digest, "model": version.estimator.sha256},
        "verdict": {"outcome": version.verdict.outcome, "sentence": version.verdict.sentence},
        "metrics": dict(version.metrics),
        "compiled": None if version.compilation is None else asdict(version.compilation),
        "fitted_on": None if version.fitted_on is None else asdict(version.fitted_on),
    }


def _jobs(here: Place) -> dict[str, dict[str, Any]]:
    """Each training job by its name, in order, with its step and what SageMaker says of it."""
    sagemaker = boto3.client("sagemaker", **here.cloud.client)
    s3 = boto3.client("s3", **here.cloud.client)
    artifacts = here.connection.uploads_bucket.replace("-uploads-", "-artifacts-")
    jobs = dict[str, dict[str, Any]]()
    for summary in sagemaker.list_training_jobs(MaxResults=100, SortBy="CreationTime")["TrainingJobSummaries"]:
        job = sagemaker.describe_training_job(TrainingJobName=summary["TrainingJobName"])
        asked = json.loads(
            s3.get_object(Bucket=artifacts, Key=request_in(job["HyperParameters"]["folder"]))["Body"].read()
        )
        jobs[job["TrainingJobName"]] = {
            "step": " ".join((asked["step"], asked.get("trial", {}).get("recipe", ""))).strip(),
            "machine": job["ResourceConfig"]["InstanceType"],
            "ended": job["TrainingJobStatus"],
            "seconds": job["BillableTimeInSeconds"],
        }
    return jobs


def _rounded(took: Took | None) -> dict[str, float]:
    return {} if took is None else {"cpu_s": round(took.cpu_s, 1), "peak_mb": round(took.peak_mb)}
