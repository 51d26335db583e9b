"""From the file's words to the domain's."""

from __future__ import annotations

from collections.abc import Mapping

from serin.domain.charter import (
    Charter,
    DatasetUse,
    Derivation,
    Features,
    Input,
    Moment,
    ReleasePolicy,
    Search,
    Training,
    Truth,
    View,
    Window,
)
from serin.domain.sources import Source
from serin.files.charter_schema import (
    CharterFile,
    DatasetSection,
    FeaturesSection,
    InputSection,
    TrainingSection,
    ViewSection,
)


def compiled(file: CharterFile) -> Charter:
    """The charter a checked file means."""
    return Charter(
        model=file.model,
        task=file.task,
        problem=file.design.problem,
        floors=file.design.requirements.metrics,
        datasets=tuple(_dataset(name, section) for name, section in file.datasets.items()),
        inputs=inputs_of(file.inputs),
        features=_features(file.features),
        truth=Truth(file.truth.dataset, file.truth.entity, file.truth.label),
        training=_training(file.training),
        release=ReleasePolicy(file.release.golden, file.release.strategy),
        access=file.access,
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


def _training(section: TrainingSection) -> Training:
    search = section.search
    space = {name: tuple(values) for name, values in search.space.items()}
    return Training(
        start_on=section.start_on.features,
        window=section.window,
        holdout=section.holdout,
        minimum_rows=section.minimum_rows,
        search=Search(search.method, search.trials, search.concurrency, search.optimise, space),
        pipeline=section.pipeline,
    )
