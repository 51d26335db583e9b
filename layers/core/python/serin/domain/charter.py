"""The charter: what a team decided about one model, as the whole platform reads it.

`models/<name>/model.yaml` is read and checked by `serin.files.charters`; functions receive the
checked charter as JSON (`serin.domain.records`), never the YAML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from serin.domain.compliance import Budget, Compliance, Risk
from serin.domain.explainability import Explainability
from serin.domain.judgement.policy import GatePolicy, Requirements, SliceMargin, ValuePolicy
from serin.domain.judgement.release_policy import BASIC, ReleasePolicy
from serin.domain.judgement.retraining.policy import RetrainingPolicy
from serin.domain.judgement.watching.policy import WatchPolicy
from serin.domain.people import People
from serin.domain.records import record_digest
from serin.domain.sources import Source

Task = Literal["binary", "multiclass", "regression"]
InputType = Literal["string", "integer", "number", "boolean", "timestamp"]
Access = Literal["token", "sigv4"]
Scalar = str | int | float | bool
_BY_TRUTH = RetrainingPolicy()
_WATCHED = WatchPolicy()
_NO_RULES, _NO_BUDGET = Compliance(), Budget()
Conflict = Literal["keep_first", "keep_last", "leave_out"]
"""Which of several callers' labels of one prediction counts: the one they sent first, or last, or none."""
Aggregate = Literal["count", "mean", "sum", "min", "max", "last", "rate"]
# What a model answers for a row: of the positive class, of each class, or the value.
Score = float | list[float]


@dataclass(frozen=True)
class Input:
    """One field of a prediction request; timestamps are ISO 8601 with an offset."""

    name: str
    type: InputType
    nullable: bool = False
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True)
class Derivation:
    """A function of the model's own code that adds columns to a dataset, given other datasets to look things up in.

    `code` is the digest of the module it lies in and of the model's modules that this one imports.
    """

    call: str
    uses: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class DatasetUse:
    """A dataset the model reads, its contract's path inside the model's folder, and what is derived from it.

    Files of a dataset with a `source` are copied in from there, beside those that people upload. `types` are the
    contract's, by column: what is made of a column whose type widens is made again. `not_shown` are the columns whose
    values the contract's classification keeps from people.
    """

    name: str
    contract: str
    derive: Derivation | None = None
    source: Source | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    # None, and not an empty tuple, keeps the digest of a charter whose contracts keep nothing back.
    not_shown: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Moment:
    """When the question is asked, for training: a column of the truth dataset less an offset."""

    column: str
    before: timedelta = timedelta(0)


@dataclass(frozen=True)
class Window:
    """What the events of a span `over`, which ends at the moment, add up to: `do` of their column `of`.

    An event counts while moment - over < event time <= moment, and only once it is created. Nulls
    do not count. Of nothing the count is 0 and everything else null; `rate` is the share of trues.
    """

    name: str
    of: str
    do: Aggregate
    over: timedelta


@dataclass(frozen=True)
class View:
    """Values known about an entity: the last ones seen, or static ones, or what the events of `windows` add up to.

    Once the newest event known is older than `ttl`, all values are null.
    """

    name: str
    entity: str
    source: str
    last: tuple[str, ...] = ()
    event_time: str | None = None
    created_time: str | None = None
    ttl: timedelta | None = None
    static: bool = False
    windows: tuple[Window, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The names of its values, in order."""
        return (*self.last, *(window.name for window in self.windows))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the source that the values are made of, each once."""
        return tuple(dict.fromkeys((*self.last, *(window.of for window in self.windows))))


@dataclass(frozen=True)
class Features:
    """What the model knows when it is asked: entity keys, views, functions of the request, and what it uses of them."""

    moment: Moment
    entities: Mapping[str, tuple[str, ...]]
    views: tuple[View, ...] = ()
    on_demand: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Scalar] = field(default_factory=dict)
    model_uses: tuple[str, ...] = ()

    def view(self, name: str) -> View:
        """The view of that name; KeyError when there is none."""
        for view in self.views:
            if view.name == name:
                return view
        raise KeyError(name)


@dataclass(frozen=True)
class Truth:
    """Where the right answer comes from: a dataset, the entity it is about, its label column; and what callers tell.

    `created_time` is the column that says when the label came to be known; None: when its row was accepted. A window
    of predictions is judged once its truth has had `watermark` to arrive. With `feedback` callers may say what was
    right, too: the dataset's word counts before theirs, of theirs that which `conflict` says, and those of a token
    that sends more than `token_share` of a day's truth do not count.
    """

    dataset: str
    entity: str
    label: str
    created_time: str | None = None
    watermark: timedelta = timedelta(days=1)
    conflict: Conflict = "keep_first"
    feedback: bool = False
    token_share: float = 0.25


SearchMethod = Literal["grid", "random", "halving"]


@dataclass(frozen=True)
class Search:
    """How trials are made of `space`, `trials` at most (`serin.domain.searching`), and which metric picks the best."""

    method: SearchMethod
    trials: int
    concurrency: int
    optimise: str
    space: Mapping[str, tuple[Scalar, ...]]


@dataclass(frozen=True)
class JobTerms:
    """How far a training may leave its functions for a machine that AWS rents it by the second.

    `largest` is the largest machine, and `max_runtime` how long one step may take there. `spot` asks for machines that
    nobody else wants just now, which AWS may take back: a step begins anew then. `always` means also what a function
    has room for. Rows that `largest` has no room for are fitted in so many `shards` at most, one after the other, and
    their trees are one model (`serin.learning.shards`); of one shard there are none, and such rows are refused.
    """

    largest: str
    max_runtime: timedelta
    spot: bool = False
    always: bool = False
    shards: int = 1

    @property
    def patience(self) -> timedelta:
        """How long a step may take from its beginning to its end: spot may have to be waited for."""
        return self.max_runtime * (2 if self.spot else 1)


@dataclass(frozen=True)
class Training:
    """When the first training starts and what it may use.

    `window` and `holdout` are spans of the moment, newest rows first; `holdout` None is a table without a time, whose
    rows judge by chance; `minimum_rows` counts the
    labelled rows before the holdout. `gate` says by how much a challenger must be better than the champion.
    With `measure_views` each version is fitted again without each of its views, for its card. Without `job` what a
    function has no room for is refused.
    """

    start_on: str
    window: timedelta
    holdout: timedelta | None
    minimum_rows: int
    search: Search
    gate: GatePolicy
    pipeline: str | None = None
    measure_views: bool = False
    job: JobTerms | None = None


@dataclass(frozen=True)
class ReleaseTerms:
    """The requests every version must answer before it goes live, and what its release is judged by then."""

    golden: str
    policy: ReleasePolicy = BASIC


@dataclass(frozen=True)
class Objectives:
    """What callers of the endpoint may expect: a call within so many milliseconds, and which share may fail.

    A warm call over `latency_p95_ms` is a slow one. `explainability` is how well scores can be told apart by columns,
    within that time.
    """

    latency_p95_ms: float = 1000.0
    error_rate: float = 0.01
    explainability: Explainability = "none"


@dataclass(frozen=True)
class Monitoring:
    """How the model is watched: a look `every` so often, windows judged by `policy`.

    `slices` are columns of the model, or inputs that the gate slices by; each of their values is judged by itself too.
    With `traced` its calls, trainings and releases leave traces in X-Ray, which cost more than the calls themselves.
    """

    every: timedelta = timedelta(days=1)
    policy: WatchPolicy = _WATCHED
    slices: tuple[str, ...] = ()
    traced: bool = False


@dataclass(frozen=True)
class IntendedUse:
    """What the model is for, and what it must not be used for; model cards say it to whoever meets a prediction."""

    purpose: str
    not_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Charter:
    """One model's design document, checked.

    `floors` are metric → the value a model must reach to be registered; `slices` are input → how much worse a model may
    be where it has one value; `value` is what decisions bring, if the team says so. `access` is how callers of its
    endpoint show who they are: with a bearer token, or by signing with their AWS credentials. `positive` is the class
    of a binary label whose probability is given; None where its classes say it themselves. `retraining` says when the
    live version is trained again. `users` are those who ask it.
    """

    model: str
    task: Task
    problem: str
    floors: Mapping[str, float]
    datasets: tuple[DatasetUse, ...]
    inputs: tuple[Input, ...]
    features: Features
    truth: Truth
    training: Training
    release: ReleaseTerms
    access: Access = "token"
    slices: Mapping[str, SliceMargin] = field(default_factory=dict)
    value: ValuePolicy | None = None
    positive: Scalar | None = None
    objectives: Objectives = Objectives()
    retraining: RetrainingPolicy = _BY_TRUTH
    monitoring: Monitoring = Monitoring()
    intended_use: IntendedUse | None = None
    people: People = field(default_factory=People)
    users: tuple[str, ...] = ()
    risk: Risk | None = None
    compliance: Compliance = _NO_RULES
    budget: Budget = _NO_BUDGET
    maturity_target: int | None = None

    @property
    def requirements(self) -> Requirements:
        """All that the gate asks of a challenger."""
        margin = self.release.policy.margins.value_per_1000
        return Requirements(self.training.gate, self.floors, self.slices, self.value, margin)

    def dataset(self, name: str) -> DatasetUse:
        """The dataset of that name; KeyError when the model does not read it."""
        for dataset in self.datasets:
            if dataset.name == name:
                return dataset
        raise KeyError(name)

    def reads(self, view: View) -> tuple[str, ...]:
        """The datasets a view follows from: its source, then those its derivation looks things up in."""
        derive = self.dataset(view.source).derive
        return (view.source, *(derive.uses if derive else ()))

    def digest(self) -> str:
        """Names this charter's content: two charters with equal digests mean the same."""
        return record_digest(self)


def sources_of(charters: Iterable[Charter]) -> dict[str, Source]:
    """Dataset → its source, of the datasets that have one; models that share a dataset agree about it."""
    used = (dataset for charter in charters for dataset in charter.datasets)
    return {dataset.name: dataset.source for dataset in used if dataset.source is not None}
