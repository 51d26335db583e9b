"""The card of a model version, put together from what is stored; nothing is computed anew, nothing is made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from serin.domain.card import (
    Card,
    CardData,
    CardDesign,
    CardInUse,
    CardMetric,
    CardRelease,
    CardRole,
    CardSlice,
    CardSource,
    CardView,
    Missing,
    Origins,
    Part,
)
from serin.domain.charter import Charter
from serin.domain.datasets import Upload, judged_last
from serin.domain.experiments import Contest, Run
from serin.domain.measurements import Estimate, Measurements, estimate_of
from serin.domain.metrics import VALUE
from serin.domain.models import ModelVersion
from serin.domain.runs import RunMetric
from serin.ports import Catalog
from serin.services.steps.champions import version_roles
from serin.services.steps.origins import Origin, Source, origin_of

_UPLOADS = 20
"""So many of the newest uploads are looked through for one with scores that corrects no rows."""

WINDOWS = 60
"""So many of the newest windows are looked through for one that truth has judged."""
_TRAIN = "Train again: what is trained from now on keeps it."
_MEASURE = "Add `measure_views: true` to the charter's training and train again."
_NOT_KEPT: Mapping[Part, str] = {
    "data": "the catalog does not know its training set",
    "metrics": "the blocks behind some of them were not kept, so no interval can be told",
    "slices": "its run did not keep them",
    "calibration": "its run did not keep it, or too few rows judged",
    "value": "its run did not keep it",
    "explanation": "what the model relies on was not measured",
    "feature views": "what each view costs and gives was not measured",
}


def show_card(charter: Charter, number: int, *, catalog: Catalog) -> Card:
    """What is stored of a version, and by name what is not; raises NotFound where there is no such version."""
    model = charter.model
    version = catalog.version(model, number)
    origin = origin_of(version, catalog=catalog)
    contest = origin.run.contest if origin.run else None
    measured = catalog.measurements(model, version.run)
    metrics = tuple(_metrics(charter, version, contest))
    value = estimate_of(contest.samples[VALUE]) if contest and VALUE in contest.samples else None
    known = Card(
        model=model,
        version=number,
        at=version.at,
        design=_design(charter, version),
        verdict=version.verdict,
        origins=_origins(version, origin.run),
        params=version.params,
        learnt_until=version.learnt_until,
        data=_data(origin),
        sources=tuple(_source(source, catalog) for source in origin.datasets),
        views=_views(origin),
        trials=len(origin.run.trials) if origin.run else 0,
        metrics=metrics,
        slices=tuple(_slices(charter, catalog.metrics(model, version.run))),
        champion_version=contest.champion_version if contest else None,
        measured=measured,
        value=value,
        threshold=version.threshold,
        classes=version.classes,
        warnings=version.warnings,
        withdrawn=catalog.withdrawal(model, number),
        role=version_roles(model, catalog=catalog).get(number),
        releases=_releases(version, catalog),
        in_use=_in_use(version, catalog),
    )
    return replace(known, missing=tuple(_missing(charter, known)))


def _design(charter: Charter, version: ModelVersion) -> CardDesign:
    use, people = charter.intended_use, charter.people
    return CardDesign(
        problem=charter.problem,
        task=charter.task,
        label=charter.truth.label,
        own=charter.digest() == version.charter,
        positive=version.positive if version.positive is not None else charter.positive,
        intended_for=use.purpose if use else None,
        not_for=use.not_for if use else (),
        floors=charter.floors,
        slices=charter.slices,
        value=charter.value,
        gate_metric=charter.training.gate.metric,
        block=charter.training.gate.block,
        users=charter.users,
        risk=charter.risk,
        people=tuple(CardRole(role, who, people.key_metrics.get(role)) for role, who in people.who.items()),
    )


def _origins(version: ModelVersion, run: Run | None) -> Origins:
    return Origins(
        version.run,
        run.cause if run else None,
        version.code,
        version.charter,
        version.lock,
        version.runtime,
        version.estimator,
        version.layer,
        version.fitted_on,
    )


def _data(origin: Origin) -> CardData | None:
    snapshot = origin.training_set
    if snapshot is None:
        return None
    left_out = origin.run.kept_from_judging if origin.run else {}
    return CardData(
        *(snapshot.id, snapshot.rows, snapshot.learnable, snapshot.first, snapshot.last),
        *(snapshot.holdout_from, snapshot.copies, snapshot.uses, left_out),
    )


def _source(source: Source, catalog: Catalog) -> CardSource:
    newest = judged_last(_newest(source, catalog))
    scores = {name: score.value for name, score in newest.scorecard.items()} if newest else {}
    return CardSource(source.dataset, source.digest, source.rows, len(source.uploads), scores)


def _newest(source: Source, catalog: Catalog) -> Iterator[Upload]:
    """Its newest uploads, the last first; nobody reads more of a long history for one score."""
    for name in source.uploads[: -_UPLOADS - 1 : -1]:
        upload = catalog.upload(source.dataset, name)
        if upload is not None:
            yield upload


def _views(origin: Origin) -> tuple[CardView, ...]:
    definitions = origin.training_set.definitions if origin.training_set else {}
    return tuple(CardView(view, definition) for view, definition in definitions.items())


def _metrics(charter: Charter, version: ModelVersion, contest: Contest | None) -> Iterator[CardMetric]:
    """Those that were kept with their blocks; of older records the numbers alone, with the rows of the contest."""
    before = (contest.champion or {}) if contest else {}
    for name, value in version.metrics.items():
        sample = contest.samples.get(name) if contest else None
        estimate = estimate_of(sample) if sample else None
        rows = contest.rows if contest else 0
        yield CardMetric(name, estimate or Estimate(value, rows, 0), before.get(name), charter.floors.get(name))


def _slices(charter: Charter, measured: Sequence[RunMetric]) -> Iterator[CardSlice]:
    """The metric that the charter asks each slice for, as the run measured it where it judged."""
    for item in measured:
        column, _, value = (item.slice or "").partition("=")
        margin = charter.slices.get(column)
        if item.dataset == "holdout" and margin is not None and item.metric == margin.metric:
            estimate = Estimate(item.value, item.rows, item.days, item.low, item.high)
            yield CardSlice(column, value, item.metric, estimate)


def _releases(version: ModelVersion, catalog: Catalog) -> tuple[CardRelease, ...]:
    its = [release for release in catalog.releases(version.model) if release.version == version.version]
    return tuple(CardRelease(one.id, one.status, one.at, one.cause, one.reason) for one in its)


def _in_use(version: ModelVersion, catalog: Catalog) -> CardInUse | None:
    for window in catalog.latest_windows(version.model, WINDOWS).items:
        if window.version == version.version and any(of.window for of in window.performance):
            return CardInUse(window.begin, window.end, window.rows, window.performance)
    return None


def _missing(charter: Charter, known: Card) -> Iterator[Missing]:
    """Each part that nothing stored can fill, with the reason."""
    measured = known.measured or Measurements(known.model, known.origins.run)
    in_charter = "Add design.{} to the charter."
    if charter.intended_use is None:
        yield Missing("intended use", "the charter does not say it", in_charter.format("intended_use"))
    if not charter.slices:
        yield Missing("slices", "the charter names no column", in_charter.format("requirements.slices"))
    if charter.value is None:
        yield Missing("value", "the charter does not say what decisions bring", in_charter.format("value"))
    not_kept: Mapping[Part, bool] = {
        "data": known.data is None,
        "metrics": any(metric.estimate.low is None for metric in known.metrics),
        "slices": bool(charter.slices) and not known.slices,
        "calibration": not measured.calibration,
        "value": charter.value is not None and known.value is None,
        "explanation": not measured.features,
        "feature views": bool(known.views) and not measured.views,
    }
    for part in (part for part, is_missing in not_kept.items() if is_missing):
        asked_for = charter.training.measure_views or part not in ("explanation", "feature views")
        yield Missing(part, _NOT_KEPT[part], _TRAIN if asked_for else _MEASURE)
    if known.in_use is None:
        yield Missing("in use", "no window of its answers has had enough truth", "Wait for truth, or send feedback.")
