"""What is kept of a training and of each of its trials: of what it was made, what it measured, what it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from serin.domain.charter import Scalar

Judged = Literal["validation", "holdout"]
"""`validation`: the newest rows that a trial may be chosen by; `holdout`: the withheld rows that judge the winner."""

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RunMetric:
    """A metric on rows that the fit has not learnt from.

    `rows` are as many, asked on so many `days` (UTC; 0 where rows have no time). `low` and `high` are the two-sided
    interval (`serin.domain.measurements.LEVEL`) over the gate's blocks; None where there are fewer than two of them.
    `slice` is `column=value`, None for all rows. `step` is how many of the newest days a trial has learnt from, else 0.
    `at` is when it was recorded.
    """

    metric: str
    value: float
    dataset: Judged
    rows: int
    days: int = 0
    low: float | None = None
    high: float | None = None
    slice: str | None = None
    step: int = 0
    at: datetime | None = None

    @property
    def name(self) -> str:
        """How lists and filters name it: `holdout.log_loss`, or `holdout.log_loss[origin=JFK]` of a slice."""
        return f"{self.dataset}.{self.metric}" + (f"[{self.slice}]" if self.slice else "")


def latest(metrics: Iterable[RunMetric]) -> dict[str, RunMetric]:
    """The measurement that counts of each name: the greatest by step, then moment, then value, as MLflow has it."""
    newest: dict[str, RunMetric] = {}
    for item in metrics:
        known = newest.get(item.name)
        if known is None or _place(item) > _place(known):
            newest[item.name] = item
    return newest


def _place(item: RunMetric) -> tuple[int, datetime, float]:
    return item.step, item.at or _LONG_AGO, item.value


@dataclass(frozen=True)
class Provenance:
    """Of what a training was made, by digest: enough to make it again.

    `training_set` is its id, `rows` the digest of its rows, `heads` are dataset → digest of the head it was made of;
    `charter` and `code` are those of the model's folder. `lock` names everything installed beside scikit-learn,
    `rows_lock` what was beside polars when the rows were made, `layer` the platform's own library; `runtime` are the
    versions of the interpreter and the libraries, `processor` the kind the fits ran on: unknown until the trainer has
    looked. `commit` is the revision the platform was deployed from, with `-dirty` where files differed from it; None
    where there is no repository. Its rows were fitted in so many `shards`.
    """

    training_set: str
    heads: Mapping[str, str]
    charter: str
    code: str
    lock: str = ""
    runtime: Mapping[str, str] = field(default_factory=dict)
    commit: str | None = None
    rows: str = ""
    rows_lock: str = ""
    layer: str = ""
    processor: str = ""
    shards: int = 1


@dataclass(frozen=True)
class RunSummary:
    """A training, or one of its trials (`parent` is the training), in one line: to list, filter, order and compare.

    `status` is that of the training; a trial is `finished` or `failed`. `algorithm` is the class of the estimator,
    `params` its hyperparameters. `metrics` are the latest over all rows by name (`validation.log_loss`); slices are
    among the metrics of the run. `seconds` were spent in its functions, which cost `usd`.
    """

    id: str
    model: str
    status: str
    at: datetime
    parent: str | None = None
    algorithm: str | None = None
    params: Mapping[str, Scalar] = field(default_factory=dict)
    training_set: str | None = None
    version: int | None = None
    seconds: float = 0.0
    usd: float = 0.0
    metrics: Mapping[str, RunMetric] = field(default_factory=dict)
    reason: str | None = None

    @property
    def short(self) -> str:
        """The id for where there is little room: how it begins and, of a trial, its number."""
        name, dot, number = self.id.partition(".")
        return f"{name[:8]}{dot}{number}"


def trial_run(run: str, number: int | None = None) -> str:
    """The id of a trial of a run, or how the ids of all its trials begin."""
    return f"{run}." if number is None else f"{run}.{number:03d}"
