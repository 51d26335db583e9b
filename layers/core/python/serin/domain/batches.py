"""Scoring a whole file: what a batch is of, what its parts are called, and where all of it lies.

A file lies in the bucket *uploads* at `batch/<model>/<file>`. Whoever may ask the model for predictions may have the
files below its own name scored, and no others. In the bucket *lake* is below `batch/<model>/`, for as long as the
model's charter lets answers be kept:

`asked/<batch>.json`            the batch as it was asked for
`plans/<batch>.json`            its parts, by conditional put: what is asked for once is planned once
`plans/<batch>.items.json`      the same parts as a JSON list, which the workflow maps over
`parts/<set>/<part>.parquet`    a part's answers, and `<part>.json` its counts: the marker that it is scored
`results/<batch>.json`          the manifest, by conditional put: where the answers lie, and the counts

And below `batch-work/<model>/` what a part is scored from and nobody asks for again, for `WORK_KEPT`:

`rows/<set>/<part>.parquet`     a part's rows as they were written, every value a text
`features/<set>/<part>.npz`     what scikit-learn scores where there is no compiled model, and `.scores.npz` its scores
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from serin.domain.compilation import Runtime
from serin.domain.datasets import DatasetHead
from serin.domain.errors import Invalid, NotFound
from serin.domain.names import checked_file, digest

FOLDER, WORK = "batch", "batch-work"
WORK_KEPT = timedelta(days=30)
"""A workflow ends before: its last try is hours after its first."""
BATCH_ID = re.compile(r"[0-9a-f]{32}\Z")
BatchStatus = Literal["running", "done", "failed"]


@dataclass(frozen=True)
class Batch:
    """A file to be scored by one version of a model.

    `key`, `object_version` and `etag` name its content in the bucket *uploads*; `at` is the job's start, which is the
    moment of rows that have none of their own. `by` is who asked.
    """

    id: str
    model: str
    version: int
    key: str
    object_version: str | None
    etag: str
    at: datetime
    by: str = ""
    correlation: str = ""


@dataclass(frozen=True)
class BatchPart:
    """Some consecutive rows of the file, which are scored together: group `group` of it has so many `rows`."""

    name: str
    group: int
    rows: int


@dataclass(frozen=True)
class BatchPlan:
    """The parts of a batch, all below one `set`, and how far the datasets went that its views look into.

    `work` is the folder of what they are scored from: plans that do not say have it beside the answers. `absent` are
    inputs of the model for which the file has no column: no row has a value for them.
    """

    batch: Batch
    set: str
    parts: tuple[BatchPart, ...]
    heads: Mapping[str, DatasetHead] = field(default_factory=dict)
    work: str = FOLDER
    absent: tuple[str, ...] = ()

    def part(self, name: str) -> BatchPart:
        """The part of that name; raises NotFound."""
        for part in self.parts:
            if part.name == name:
                return part
        raise NotFound(f"Batch {self.batch.id} has no part {name[:64]!r}.", "Ask for a part of its plan.")


@dataclass(frozen=True)
class PartCounts:
    """What became of a part's rows: each has a score or an error."""

    part: str
    rows: int
    scored: int
    errors: int
    runtime: Runtime


@dataclass(frozen=True)
class BatchResult:
    """The manifest of a batch that is done: the answers of all rows are in `objects` of the bucket *lake*.

    `absent` are the plan's.
    """

    batch: Batch
    rows: int
    scored: int
    errors: int
    objects: tuple[str, ...]
    runtimes: tuple[Runtime, ...]
    at: datetime
    absent: tuple[str, ...] = ()


def batch_key(model: str, file: str) -> str:
    """Where a file lies that is to be scored; Invalid for a name that is no file's."""
    return f"{FOLDER}/{model}/{checked_file(file)}"


def file_in(key: str) -> str:
    """The file's own name."""
    return key.rpartition("/")[2]


def checked_batch(batch: str) -> str:
    """Return `batch` if it is a batch's id, else raise NotFound."""
    if not BATCH_ID.match(batch):
        raise NotFound(f"There is no batch {batch[:40]!r}.", "Look at what the call that began it answered.")
    return batch


def set_of(batch: Batch, looks_up: bool) -> str:
    """Names the parts of one content scored by one version.

    Where nothing is looked up, that content is scored once, however often it is asked for. What is looked up is known
    as of a batch's own moment, so there it is the batch's own.
    """
    return digest(batch.key, batch.etag, str(batch.version), batch.id if looks_up else "")[:32]


def part_name(batch: Batch, first: int, rows: int, looks_up: bool) -> str:
    """Names a part by its object, etag, rows and version, and where values are looked up by its batch.

    Its rows say where it begins and how many it has: a file that is cut otherwise later has other parts.
    """
    return digest(batch.key, batch.etag, f"{first}+{rows}", str(batch.version), batch.id if looks_up else "")[:32]


def asked_at(model: str, batch: str) -> str:
    """Where a batch lies as it was asked for."""
    return f"{FOLDER}/{model}/asked/{batch}.json"


def plan_at(model: str, batch: str) -> str:
    """Where its plan lies."""
    return f"{FOLDER}/{model}/plans/{batch}.json"


def items_at(model: str, batch: str) -> str:
    """Where the list of its parts lies."""
    return f"{FOLDER}/{model}/plans/{batch}.items.json"


def result_at(model: str, batch: str) -> str:
    """Where its manifest lies, once it is done."""
    return f"{FOLDER}/{model}/results/{batch}.json"


def rows_at(plan: BatchPlan, part: str) -> str:
    """Where a part's rows lie as they were written."""
    return f"{plan.work}/{plan.batch.model}/rows/{plan.set}/{part}.parquet"


def features_at(plan: BatchPlan, part: str) -> str:
    """Where a part's features lie that scikit-learn scores."""
    return f"{plan.work}/{plan.batch.model}/features/{plan.set}/{part}.npz"


def scores_beside(features: str) -> str:
    """Where the scores of a file of features lie."""
    return f"{features}.scores.npz"


def answers_at(plan_set: str, model: str, part: str) -> str:
    """Where a part's answers lie."""
    return f"{FOLDER}/{model}/parts/{plan_set}/{part}.parquet"


def counts_at(plan_set: str, model: str, part: str) -> str:
    """Where a part's counts lie, once it is scored."""
    return f"{FOLDER}/{model}/parts/{plan_set}/{part}.json"


def markers(keys: Sequence[str]) -> set[str]:
    """The names of the parts that are scored, of the keys below a set."""
    return {key.rpartition("/")[2].removesuffix(".json") for key in keys if key.endswith(".json")}


def refuse_uncounted(plan: BatchPlan, counts: Sequence[PartCounts]) -> None:
    """Raise Invalid unless every row of the plan has a score or an error."""
    rows, accounted = sum(part.rows for part in plan.parts), sum(part.scored + part.errors for part in counts)
    if len(counts) != len(plan.parts) or rows != accounted:
        raise Invalid(
            f"Of {rows:,} rows in {len(plan.parts):,} parts {accounted:,} in {len(counts):,} parts have an answer.",
            "Start the batch again: parts that are scored stay so.",
        )
