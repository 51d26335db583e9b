"""From the file's words to the domain's."""

from __future__ import annotations

from collections.abc import Mapping

from serin.domain.charter import (
    Charter,
    DatasetUse,
    Derivation,
    Features,
    Input,
    IntendedUse,
    JobTerms,
    Moment,
    Objectives,
    ReleaseTerms,
    Search,
    Task,
    Training,
    Truth,
    View,
    Window,
)
from serin.domain.judgement.policy import GatePolicy, Matrix, SliceMargin, ValuePolicy
from serin.domain.metrics import PROPER_SCORES
from serin.domain.sources import Source
from serin.files.charter_schema import (
    CharterFile,
    DatasetSection,
    FeaturesSection,
    InputSection,
    IntendedUseSection,
    JobSection,
    TrainingSection,
    ValueSection,
    ViewSection,
)
from serin.files.design_schema import budget_of, compliance_of
from serin.files.monitoring_schema import monitoring_of
from serin.files.people_schema import people_of
from serin.files.release_schema import release_policy
from serin.files.retraining_schema import retraining_policy


def compiled(file: CharterFile) -> Charter:
    """The charter a checked file means."""
    requirements = file.design.requirements
    return Charter(
        model=file.model,
        task=file.task,
        problem=file.design.problem,
        floors=requirements.metrics,
        datasets=tuple(_dataset(name, section) for name, section in file.datasets.items()),
        inputs=inputs_of(file.inputs),
        features=_features(file.features),
        truth=Truth(**dict(file.truth)),
        training=_training(file.training, file.task),
        release=ReleaseTerms(file.release.golden, release_policy(file.release)),
        access=file.access,
        slices={name: SliceMargin(item.metric, item.margin) for name, item in requirements.slices.items()},
        value=_value(file.design.value),
        positive=file.positive,
        objectives=Objectives(requirements.latency_p95_ms, requirements.error_rate, requirements.explainability),
        retraining=retraining_policy(
            file.retraining,
            file.design.budget,
            holdout=file.training.holdout,
            watermark=file.truth.watermark,
            window=file.training.window,
        ),
        monitoring=monitoring_of(file.monitoring),
        intended_use=_intended_use(file.design.intended_use),
        people=people_of(file.people),
        users=tuple(file.design.users),
        risk=file.design.risk,
        compliance=compliance_of(file.design.compliance),
        budget=budget_of(file.design.budget),
        maturity_target=file.maturity.target.google,
    )


def inputs_of(sections: Mapping[str, InputSection]) -> tuple[Input, ...]:
    """The request's fields, in the file's order."""
    return tuple(Input(name, item.type, item.nullable, item.min, item.max) for name, item in sections.items())


def _dataset(name: str, section: DatasetSection) -> DatasetUse:
    derive = Derivation(section.derive.call, tuple(section.derive.with_)) if section.derive else None
    source = Source(*section.source.from_, section.source.every) if section.source else None
    return DatasetUse(name, section.contract, derive, source)


def _features(section: FeaturesSection) -> Features:
    return Features(
        moment=Moment(*section.moment),
        entities={name: tuple(keys) for name, keys in section.entities.items()},
        views=tuple(_view(name, view) for name, view in section.views.items()),
        on_demand=section.on_demand,
        defaults=section.defaults,
        model_uses=tuple(section.model_uses),
    )


def _view(name: str, section: ViewSection) -> View:
    return View(
        name=name,
        entity=section.entity,
        source=section.source,
        last=tuple(section.last),
        event_time=section.event_time,
        created_time=section.created_time,
        ttl=section.ttl,
        static=section.static,
        windows=tuple(Window(key, item.of, item.do, item.over) for key, item in section.windows.items()),
    )


def _intended_use(section: IntendedUseSection | None) -> IntendedUse | None:
    return None if section is None else IntendedUse(section.for_, tuple(section.not_for))


def _value(section: ValueSection | None) -> ValuePolicy | None:
    if section is None:
        return None
    matrix = section.matrix
    return ValuePolicy(section.unit, Matrix(matrix.tp, matrix.fp, matrix.fn, matrix.tn), section.minimum_per_1000)


def _training(section: TrainingSection, task: Task) -> Training:
    search, gate = section.search, section.gate
    space = {name: tuple(values) for name, values in search.space.items()}
    return Training(
        start_on=section.start_on.features,
        window=section.window,
        holdout=section.holdout,
        minimum_rows=section.minimum_rows,
        search=Search(search.method, search.trials, search.concurrency, search.optimise, space),
        gate=GatePolicy(gate.metric or PROPER_SCORES[task][0], gate.alpha, gate.block, gate.minimum_gain),
        pipeline=section.pipeline,
        measure_views=section.measure_views,
        job=_job(section.job),
    )


def _job(section: JobSection | None) -> JobTerms | None:
    if section is None:
        return None
    return JobTerms(section.largest, section.max_runtime, section.spot, section.always, section.shards)
