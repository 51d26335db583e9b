"""Training sets, runs, trials and contests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from serin.domain.charter import Scalar, View
from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.verdicts import Verdict
from serin.domain.models import Artifact
from serin.domain.repeating import Repeat
from serin.domain.runs import Provenance, RunMetric, RunSummary, latest

SMALL_TABLE = 2000
"""Without a time, fewer rows than these are judged by cross-validation."""
HOLDOUT_PARTS = 5
"""Without a time, one row in so many of a larger table is withheld."""
VALIDATION_PARTS = 7
"""Without a time, one entity in so many of those that teach judges trials."""


@dataclass(frozen=True)
class ChampionColumns:
    """What the live version learnt from, when a training set was made: `uses`, as its charter named it.

    `views` and `entities` are those of its charter. `lost` says why it cannot be scored on this training set; None
    where all its columns are there.
    """

    version: int
    uses: tuple[str, ...]
    lost: str | None = None
    views: tuple[View, ...] = ()
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def learnable_without_time(rows: int) -> int:
    """How many rows of a table without a time a challenger learns from, about."""
    return rows if rows < SMALL_TABLE else rows - rows // HOLDOUT_PARTS


@dataclass(frozen=True)
class TrainingSet:
    """A frozen snapshot for one model, sorted by moment, oldest first.

    `heads` are dataset → digest of its head; with the charter's and the code's digests they say how to make it again,
    and `id` is the digest of them all. Rows before `holdout_from` may be learnt from, the later ones judge; None for
    a table without a time. `parquet` is for people and engines, `columns` (.npz) is what the trainer reads.
    `definitions` are view → what names its items online. `copies` of the rows are copies of others, and never judge.
    `uses` is what a challenger may learn from, as the charter names it, with its `views` and `entities`; the columns
    that only the `champion` uses are there too. `source` is what the team wrote of the model, kept beside it; `lock`
    names what was installed beside polars. Both are missing of sets that are older. `erasures` have taken rows out of
    it, so that nobody can make it again.
    """

    id: str
    model: str
    parquet: str
    columns: str
    columns_digest: str
    rows: int
    learnable: int
    heads: Mapping[str, str]
    charter: str
    code: str
    first: datetime
    last: datetime
    holdout_from: datetime | None
    definitions: Mapping[str, str] = field(default_factory=dict)
    copies: int = 0
    uses: tuple[str, ...] = ()
    champion: ChampionColumns | None = None
    views: tuple[View, ...] = ()
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: Artifact | None = None
    lock: str = ""
    erasures: tuple[str, ...] = ()


TrialRecipe = Literal["pipeline", "trivial", "linear"]
BASELINES: tuple[TrialRecipe, ...] = ("trivial", "linear")
"""What every search is held against: the best answer that looks at nothing, and a regularised linear model."""


@dataclass(frozen=True)
class Trial:
    """One set of hyperparameters to try; `number` counts from 1.

    `days` is how many of the newest days it may learn from, None for all. `recipe` is what is fitted: the model's own
    pipeline, or a yardstick (`BASELINES`), which is never released.
    """

    number: int
    params: Mapping[str, Scalar] = field(default_factory=dict)
    days: int | None = None
    recipe: TrialRecipe = "pipeline"


@dataclass(frozen=True)
class TrialResult:
    """A trial: its metrics on the newest learnable rows, which the fit did not see; none they cannot show.

    `algorithm` is the class of its estimator. `failed` says why there is no fit. `measured` are the metrics with their
    rows, days and intervals, on their way to the catalog; the run itself does not repeat them. `scored` is where lies
    what a fit on all days says of those rows, where they choose a threshold.
    """

    trial: Trial
    metrics: Mapping[str, float]
    seconds: float
    algorithm: str | None = None
    failed: str | None = None
    measured: tuple[RunMetric, ...] = ()
    scored: Artifact | None = None


@dataclass(frozen=True)
class Contest:
    """Challenger and champion on the same holdout rows, which neither has learnt from.

    A metric the rows cannot show, such as roc_auc of one class, is left out. `threshold` is where the challenger acts
    from, where decisions have a value; `positive` is the class whose probability the scores of a binary task are, and
    `classes` are all of a task that has some, in the order of the scores. `samples` are what the challenger showed,
    block by block, its value (`serin.domain.metrics.VALUE`) among them: what it is held against once it is live.
    """

    rows: int
    challenger: Mapping[str, float]
    champion: Mapping[str, float] | None = None
    champion_version: int | None = None
    threshold: float | None = None
    positive: Scalar | None = None
    classes: tuple[Scalar, ...] = ()
    samples: Mapping[str, Sample] = field(default_factory=dict)


RERUN = "rerun"
"""The cause of a run that repeats another one."""
RunStatus = Literal["running", "skipped", "failed", "rejected", "inconclusive", "invalid", "registered", "repeated"]


@dataclass(frozen=True)
class Run:
    """One training, from cause to verdict. `id` names its execution, `correlation` is what it all began with.

    `inconclusive`: the rows said too little, and the next training asks again; `invalid`: what was to be judged was not
    what the training set holds; `repeated`: a rerun, which ends without a version. `kept_from_judging` counts the rows
    of its training set that neither choose a trial nor judge the winner, by why. `warnings` are sentences about what is
    let through and should be looked at. `provenance` says of what it was made, `algorithm` the best trial's class of
    estimator, `artifacts` what it has written, by what it is. Its steps took `seconds` of functions, which cost `usd`.
    `parent` is the run that it repeats, and `repeat` says how far it lies from that. `ended` is when it ended, None of
    runs that are older than its keeping. What it measured, with rows, days
    and intervals, is kept beside it: `Catalog.metrics`.
    """

    id: str
    model: str
    cause: str
    status: RunStatus
    at: datetime
    training_set: str | None = None
    trials: tuple[TrialResult, ...] = ()
    best: Trial | None = None
    contest: Contest | None = None
    verdict: Verdict | None = None
    version: int | None = None
    reason: str | None = None
    correlation: str | None = None
    kept_from_judging: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    parent: str | None = None
    provenance: Provenance | None = None
    algorithm: str | None = None
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
    seconds: float = 0.0
    usd: float = 0.0
    repeat: Repeat | None = None
    ended: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.status == "running"

    @property
    def end(self) -> str:
        """How and when it ended: of two who end it alike, the first one's moment holds."""
        return self.status if self.ended is None else f"{self.status} at {self.ended.isoformat()}"


def summary_of(run: Run, measured: Sequence[RunMetric] = ()) -> RunSummary:
    """The training in one line, with what it has measured over all rows."""
    return RunSummary(
        id=run.id,
        model=run.model,
        status=run.status,
        at=run.at,
        parent=run.parent,
        algorithm=run.algorithm,
        params=run.best.params if run.best else {},
        training_set=run.training_set,
        version=run.version,
        seconds=run.seconds,
        usd=run.usd,
        metrics=latest(item for item in measured if item.slice is None),
        reason=run.reason,
    )


def provenance_of(training_set: TrainingSet) -> Provenance:
    """Of what a training on that snapshot is made, but for what the trainer alone knows."""
    its = training_set
    return Provenance(its.id, its.heads, its.charter, its.code, rows=its.columns_digest, rows_lock=its.lock)
