"""The shape of `model.yaml`: which fields there are, and what each may hold on its own.

What fields mean together is `charter_checks`; what each one changes is `serin.domain.charter_effects`.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from serin.domain.charter import Access, Aggregate, Conflict, InputType, Objectives, Scalar, SearchMethod, Task, Truth
from serin.domain.compliance import Risk
from serin.domain.explainability import Explainability
from serin.domain.judgement.policy import Block
from serin.domain.names import NAME
from serin.domain.training_jobs import MOST_SHARDS
from serin.domain.training_machines import MachineName
from serin.files.design_schema import BudgetSection, ComplianceSection
from serin.files.durations import holdout, moment
from serin.files.monitoring_schema import MonitoringSection
from serin.files.people_schema import PeopleSection
from serin.files.release_schema import ReleaseSection
from serin.files.retraining_schema import RetrainingSection
from serin.files.sections import AS_WRITTEN, SPAN, SPAN_TEXT, Column, ContractPath, Duration, Section, text_like
from serin.files.source_urls import every, source_url

_OBJECTIVES = Objectives()
_TRUTH = Truth("", "", "")


def _scalar(value: object) -> Scalar:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("Write a finite number.")
    if not isinstance(value, (str, int, float, bool)):
        raise ValueError("Write one word or number.")
    return value


def _format(value: object) -> object:
    if isinstance(value, bool):  # which counts as a number everywhere else
        raise ValueError("Write charter: 1.")
    return value


def _name(value: object) -> object:
    if isinstance(value, str) and not NAME.match(value):
        raise ValueError("Use lower-case letters, digits and hyphens, a letter first, 40 characters at most.")
    return value


Name = Annotated[str, BeforeValidator(_name), text_like(NAME)]
HoldoutSpan = Annotated[timedelta | None, BeforeValidator(holdout), text_like(rf"(random|{SPAN})")]
MomentText = Annotated[
    tuple[str, timedelta], BeforeValidator(moment), text_like(rf"[a-z][a-z0-9_]{{0,62}}(\s+-\s+{SPAN})?")
]
SourceUrl = Annotated[tuple[str, str], BeforeValidator(source_url), text_like(r"s3://[^/]+(/.*)?")]
Value = Annotated[Any, BeforeValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Call = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}:[a-z_][a-z0-9_]{0,62}$")]
Module = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}\.py$")]


class SliceSection(Section):
    metric: str
    margin: float = Field(ge=0)


class Requirements(Section):
    latency_p95_ms: float = Field(default=_OBJECTIVES.latency_p95_ms, gt=0, le=30_000)
    error_rate: float = Field(default=_OBJECTIVES.error_rate, gt=0, lt=1)
    explainability: Explainability = _OBJECTIVES.explainability
    metrics: dict[str, float] = {}
    slices: dict[Column, SliceSection] = {}


class MatrixSection(Section):
    tp: float
    fp: float
    fn: float
    tn: float


class ValueSection(Section):
    unit: str = Field(min_length=1, max_length=20)
    matrix: MatrixSection
    minimum_per_1000: float = 0.0


Words = Annotated[str, Field(min_length=1, max_length=500)]


class IntendedUseSection(Section):
    for_: Words = Field(alias="for")
    not_for: list[Words] = []


class Design(Section):
    problem: str = Field(min_length=1, max_length=1000)
    users: list[Words] = []
    intended_use: IntendedUseSection | None = None
    risk: Risk | None = None
    value: ValueSection | None = None
    requirements: Requirements = Requirements()
    compliance: ComplianceSection = ComplianceSection()
    budget: BudgetSection = BudgetSection()


class Derive(Section):
    call: Call
    with_: list[Name] = Field(default=[], alias="with")


class SourceSection(Section):
    from_: SourceUrl = Field(alias="from")
    every: Annotated[timedelta, BeforeValidator(every), AS_WRITTEN, SPAN_TEXT]


class DatasetSection(Section):
    contract: ContractPath
    derive: Derive | None = None
    source: SourceSection | None = None


class InputSection(Section):
    type: InputType
    nullable: bool = False
    min: float | None = None
    max: float | None = None


class WindowSection(Section):
    of: Column
    do: Aggregate
    over: Duration


class ViewSection(Section):
    entity: Column
    source: Name
    last: Annotated[list[Column], Field(min_length=1)] = []
    windows: Annotated[dict[Column, WindowSection], Field(min_length=1)] = {}
    event_time: Column | None = None
    created_time: Column | None = None
    ttl: Duration | None = None
    static: bool = False

    @property
    def values(self) -> list[str]:
        """The names of its values, in the file's order."""
        return [*self.last, *self.windows]


class FeaturesSection(Section):
    moment: MomentText
    entities: dict[Column, Annotated[list[Column], Field(min_length=1)]]
    views: dict[Column, ViewSection] = {}
    on_demand: dict[Column, Call] = {}
    defaults: dict[str, Value] = {}
    model_uses: list[str] = Field(min_length=1)


class TruthSection(Section):
    dataset: Name
    entity: Column
    label: Column
    created_time: Column | None = None
    watermark: Duration = _TRUTH.watermark
    conflict: Conflict = _TRUTH.conflict
    feedback: bool = _TRUTH.feedback
    token_share: float = Field(default=_TRUTH.token_share, gt=0, le=1)


class StartOn(Section):
    features: Name


class SearchSection(Section):
    method: SearchMethod
    trials: int = Field(ge=1, le=256)
    concurrency: int = Field(ge=1, le=40)
    optimise: str
    space: dict[
        Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")], Annotated[list[Value], Field(min_length=1)]
    ] = {}


class GateSection(Section):
    metric: str | None = None
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    block: Block = "day"
    minimum_gain: float = Field(default=0.0, ge=0)


class JobSection(Section):
    largest: MachineName
    max_runtime: Duration
    spot: bool = False
    always: bool = False
    shards: int = Field(default=1, ge=1, le=MOST_SHARDS)


class TrainingSection(Section):
    start_on: StartOn
    pipeline: Module | None = None
    window: Duration
    holdout: HoldoutSpan
    minimum_rows: int = Field(ge=1, le=100_000_000)
    search: SearchSection
    gate: GateSection = GateSection()
    measure_views: bool = False
    job: JobSection | None = None


class MaturityTarget(Section):
    google: int | None = Field(default=None, ge=0, le=2)


class MaturitySection(Section):
    target: MaturityTarget = MaturityTarget()


class CharterFile(Section):
    """A whole `model.yaml`."""

    charter: Annotated[Literal[1], BeforeValidator(_format)]
    model: Name
    task: Task
    positive: Value | None = None
    access: Access = "token"
    design: Design
    datasets: dict[Name, DatasetSection] = Field(min_length=1)
    inputs: dict[Column, InputSection] = Field(min_length=1)
    features: FeaturesSection
    truth: TruthSection
    training: TrainingSection
    release: ReleaseSection
    retraining: RetrainingSection = RetrainingSection()
    monitoring: MonitoringSection = MonitoringSection()
    people: PeopleSection = PeopleSection()
    maturity: MaturitySection = MaturitySection()
