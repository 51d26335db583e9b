"""The model card: what is known of one version, each part from what was stored, and what is not known by name.

Mitchell et al. 2019, "Model Cards for Model Reporting".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from serin.domain.charter import Scalar, Task
from serin.domain.compliance import Risk
from serin.domain.fitted_on import FittedOn
from serin.domain.judgement.policy import SliceMargin, ValuePolicy
from serin.domain.judgement.verdicts import Verdict
from serin.domain.judgement.watching.performance import Performance
from serin.domain.measurements import Estimate, Measurements
from serin.domain.models import Artifact, Withdrawal
from serin.domain.releases import ReleaseStatus
from serin.domain.roles import VersionRole

Part = Literal[
    "intended use", "data", "metrics", "slices", "calibration", "value", "explanation", "feature views", "in use"
]


@dataclass(frozen=True)
class Missing:
    """A part that the card cannot show, why, and what would give it."""

    part: Part
    why: str
    remedy: str


@dataclass(frozen=True)
class CardRole:
    """A role about the model: who has it, and what they look at first."""

    role: str
    who: tuple[str, ...]
    key_metric: str | None = None


@dataclass(frozen=True)
class CardDesign:
    """What the deployed charter says the model is for and asks of it.

    `own`: whether it is the very charter that the version was trained by; else it has been changed since, and what is
    asked here is asked of the next version.
    """

    problem: str
    task: Task
    label: str
    own: bool
    positive: Scalar | None = None
    intended_for: str | None = None
    not_for: tuple[str, ...] = ()
    floors: Mapping[str, float] = field(default_factory=dict)
    slices: Mapping[str, SliceMargin] = field(default_factory=dict)
    value: ValuePolicy | None = None
    gate_metric: str = ""
    block: str = ""
    users: tuple[str, ...] = ()
    risk: Risk | None = None
    people: tuple[CardRole, ...] = ()


@dataclass(frozen=True)
class CardData:
    """The rows it learnt from and was judged by: `learnt` before the holdout, of `rows` with a label.

    `left_out` counts the rows that neither chose a trial nor judged, by why.
    """

    training_set: str
    rows: int
    learnt: int
    first: datetime
    last: datetime
    holdout_from: datetime | None
    copies: int
    uses: tuple[str, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class CardSource:
    """A dataset as the training set saw it: its head, and the `uploads` that made it.

    `scores` are the newest of these uploads' quality scores, by dimension.
    """

    dataset: str
    digest: str
    rows: int
    uploads: int
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CardView:
    """A feature view as the training set defined it."""

    view: str
    definition: str


@dataclass(frozen=True)
class CardMetric:
    """A metric of the version on rows it had not learnt from; `champion` is what the one before it had there."""

    name: str
    estimate: Estimate
    champion: float | None = None
    floor: float | None = None


@dataclass(frozen=True)
class CardSlice:
    """A metric that the charter asks for on the judging rows where `column` has one value."""

    column: str
    value: str
    metric: str
    estimate: Estimate


@dataclass(frozen=True)
class CardRelease:
    """A release of the version."""

    id: str
    status: ReleaseStatus
    at: datetime
    cause: str
    reason: str | None = None


@dataclass(frozen=True)
class CardInUse:
    """The newest window of the version that truth could judge."""

    begin: datetime
    end: datetime
    rows: int
    performance: tuple[Performance, ...]


@dataclass(frozen=True)
class Origins:
    """By what the version can be made again: all are digests but the run's id, and the versions of its libraries.

    `fitted_on` is the machine it was fitted on, None for a function.
    """

    run: str
    cause: str | None
    code: str
    charter: str
    lock: str
    runtime: Mapping[str, str]
    estimator: Artifact
    layer: Artifact
    fitted_on: FittedOn | None = None


@dataclass(frozen=True)
class Card:
    """One version as a reader needs it who has never seen it.

    `metrics` are of the judging rows, value among them; `value` is what acting on its scores brought per 1,000
    predictions there, from `threshold` on: not the difference that the gate asks for, which its verdict has. `missing`
    names every part that nothing stored can fill.
    """

    model: str
    version: int
    at: datetime
    design: CardDesign
    verdict: Verdict
    origins: Origins
    params: Mapping[str, Scalar]
    learnt_until: datetime
    data: CardData | None = None
    sources: tuple[CardSource, ...] = ()
    views: tuple[CardView, ...] = ()
    trials: int = 0
    metrics: tuple[CardMetric, ...] = ()
    slices: tuple[CardSlice, ...] = ()
    champion_version: int | None = None
    measured: Measurements | None = None
    value: Estimate | None = None
    threshold: float | None = None
    classes: tuple[Scalar, ...] = ()
    warnings: tuple[str, ...] = ()
    withdrawn: Withdrawal | None = None
    role: VersionRole | None = None
    releases: tuple[CardRelease, ...] = ()
    in_use: CardInUse | None = None
    missing: tuple[Missing, ...] = ()
