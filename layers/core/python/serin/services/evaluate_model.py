"""The judge of a training: judges the contest and registers what passed; runs no code of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from serin.domain.charter import Charter
from serin.domain.classes import positive_of
from serin.domain.errors import Conflict, Corrupt
from serin.domain.events import Event
from serin.domain.experiments import Contest, Run, RunStatus, TrainingSet, Trial, summary_of
from serin.domain.judgement.gate import judge as judge_evidence
from serin.domain.judgement.gate import refused
from serin.domain.judgement.policy import Requirements
from serin.domain.judgement.retraining.unasked import gate_for
from serin.domain.judgement.verdicts import Outcome, Verdict, warned
from serin.domain.measurements import Measurements
from serin.domain.models import Artifact, ModelVersion, check_own
from serin.domain.names import digest
from serin.domain.runs import RunMetric
from serin.learning.checked_scores import misfits
from serin.learning.columns import LabelledRows
from serin.learning.evidence import contest_of, evidence_of, samples_of
from serin.learning.measuring import measurements_of
from serin.learning.run_metrics import Measured
from serin.learning.scores import Scores, read_scores
from serin.learning.splits import (
    holdout_of,
    inflation_of,
    judging_places,
    judging_splits,
    learnable_rows,
    validation_rows,
)
from serin.ports import Catalog, Clock, Events, ObjectStore
from serin.services.steps.champions import why_unbeaten
from serin.services.steps.recipes import compares_recipes
from serin.services.steps.training_columns import labelled_rows
from serin.services.train_model import Refitted, ScoresFile

ATTEMPTS = 5
STATUS_OF: Mapping[Outcome, RunStatus | None] = {
    "pass": None,
    "fail": "rejected",
    "inconclusive": "inconclusive",
    "invalid": "invalid",
}
"""What a verdict makes of its run; one that passed goes on."""
RECIPES = (
    "Recipes were compared: the champion's was fitted again on the challenger's rows, which leave out those that judge."
)


def judge(
    charter: Charter,
    run_id: str,
    training_set: TrainingSet,
    scores: ScoresFile,
    champion: ModelVersion | None,
    *,
    lake: ObjectStore,
    artifacts: ObjectStore,
    catalog: Catalog,
    clock: Clock,
) -> Verdict:
    """The gate's verdict on the contest, remembered with its numbers.

    Rows, labels and champion are those of the training set and the catalog; scores that do not fit them are invalid.
    """
    content = artifacts.get(scores.key)
    if digest(content) != scores.digest:
        raise Corrupt(f"{scores.key} is not what the contest wrote.", "Start the training again.")
    found, columns = read_scores(content), labelled_rows(training_set, lake=lake)
    run = catalog.run(charter.model, run_id)
    params = run.best.params if run.best else {}
    recipes = compares_recipes(charter, training_set, columns, champion, params)
    # A rerun is held to what the run it repeats was held to.
    cause = catalog.run(run.model, run.parent).cause if run.parent else run.cause
    asked = replace(charter.requirements, gate=gate_for(cause, charter.training.gate))
    verdict, contest, measured = _judged(charter, asked, training_set, columns, found, champion, recipes=recipes)
    if contest is not None:
        learnt = int(learnable_rows(columns, holdout_of(training_set)).sum())
        named = {"model": charter.model, "run": run_id}
        own = measurements_of(charter.task, charter.requirements, columns, found, learnt, **named)
        catalog.save_measurements(own)
    note = RECIPES if recipes else why_unbeaten(training_set, catalog=catalog)
    if note and verdict.outcome != "invalid":
        verdict = replace(verdict, sentence=f"{verdict.sentence} {note}")
    verdict = warned(verdict, run.warnings)
    # A rerun goes on to its comparison, whatever its verdict is.
    ends = None if run.parent else STATUS_OF[verdict.outcome]
    judged = replace(
        run,
        contest=contest,
        verdict=verdict,
        status=ends or run.status,
        reason=verdict.sentence if ends else None,
        ended=(run.ended or clock.now()) if ends else None,
        artifacts={**run.artifacts, "scores": Artifact(scores.key, scores.digest)},
    )
    chosen_by = [item for item in catalog.metrics(run.model, run.id) if item.dataset == "validation"]
    _keep(judged, [*chosen_by, *(replace(item, at=clock.now()) for item in measured)], catalog)
    return verdict


def _keep(run: Run, measured: Sequence[RunMetric], catalog: Catalog) -> None:
    """The run and all that it has measured, before the line that says so."""
    catalog.save_metrics(run.model, run.id, measured)
    catalog.save_run(run)
    catalog.save_summary(summary_of(run, measured))


def _judged(
    charter: Charter,
    asked: Requirements,
    training_set: TrainingSet,
    columns: LabelledRows,
    scores: Scores,
    champion: ModelVersion | None,
    *,
    recipes: bool,
) -> tuple[Verdict, Contest | None, Sequence[RunMetric]]:
    holdout = holdout_of(training_set)
    splits = judging_splits(columns, holdout, None if champion is None or recipes else champion.learnt_until)
    wrong = tuple(
        misfits(
            scores,
            columns,
            judging_places(splits),
            None if charter.value is None else validation_rows(columns, holdout).newer,
            None if champion is None else champion.version,
            task=charter.task,
            classes=columns.classes(charter.task),
        )
    )
    if wrong:
        return refused("the scores of the contest are not of this training set", wrong), None, ()
    learnt = learnable_rows(columns, holdout)
    threshold = _acts_from(champion, scores)
    inflation = inflation_of(splits)
    evidence = evidence_of(charter.task, asked, columns, learnt, scores, threshold, inflation=inflation)
    acts_from = None if evidence.value is None else evidence.value.threshold
    contest = contest_of(scores, charter.task, acts_from, samples_of(evidence))
    shown = Measured(
        *(charter.task, asked.gate.block, columns, scores.rows, scores.challenger, scores.classes),
        timed=training_set.holdout_from is not None,
        inflation=inflation,
    )
    return judge_evidence(evidence, asked), contest, [*shown.over_all("holdout"), *shown.over_slices("holdout")]


def _acts_from(champion: ModelVersion | None, scores: Scores) -> float | None:
    """The champion's threshold, if it has one, unless it is one of the other class's probability."""
    if champion is None or champion.threshold is None or champion.positive not in (None, positive_of(scores.classes)):
        return None
    return champion.threshold


def register(
    charter: Charter,
    run_id: str,
    training_set: TrainingSet,
    trial: Trial,
    refitted: Refitted,
    *,
    catalog: Catalog,
    events: Events,
    clock: Clock,
) -> int:
    """The new version's number. One run registers one version, however often it is asked to."""
    run = catalog.run(charter.model, run_id)
    if run.parent is not None:
        raise Conflict(
            f"Run {run_id} repeats run {run.parent}.", "A rerun is never released; train again for a version."
        )
    if run.verdict is None or run.contest is None or run.verdict.outcome != "pass":
        raise Conflict(f"Run {run_id} has not passed the gate.", "Only what passed can be registered.")
    check_own(charter.model, refitted.layer, refitted.estimator)
    blank = ModelVersion(
        model=charter.model,
        version=0,
        run=run_id,
        training_set=training_set.id,
        params=trial.params,
        metrics=run.contest.challenger,
        verdict=run.verdict,
        estimator=refitted.estimator,
        layer=refitted.layer,
        code=training_set.code,
        charter=training_set.charter,
        lock=refitted.lock,
        runtime=refitted.runtime,
        learnt_until=training_set.last,
        threshold=run.contest.threshold,
        positive=run.contest.positive,
        classes=run.contest.classes,
        warnings=run.warnings,
        compilation=refitted.compilation,
        fitted_on=refitted.fitted_on,
        at=clock.now(),
    )
    files = {**run.artifacts, "estimator": refitted.estimator, "layer": refitted.layer}
    version = _numbered(blank, replace(run, status="registered", artifacts=files, ended=blank.at), catalog)
    detail: dict[str, str | int] = {"model": charter.model, "version": version.version}
    _summarise(catalog.run(charter.model, run_id), catalog)
    events.publish(Event("Model Registered", detail, run.correlation or run_id))
    return version.version


def _numbered(blank: ModelVersion, run: Run, catalog: Catalog) -> ModelVersion:
    for _ in range(ATTEMPTS):
        known = catalog.version_of_run(blank.model, blank.run)
        if known is not None:
            return known
        ended = catalog.run(run.model, run.id)
        if not ended.is_open:
            raise Conflict(f"Run {run.id} has ended as {ended.status}.", "Start the training again.")
        versions = catalog.versions(blank.model)
        version = replace(blank, version=versions[-1].version + 1 if versions else 1)
        # The table decides who got the number, and whether the run may still end with it.
        if catalog.register(version, replace(run, version=version.version)):
            return version
    raise Conflict(f"{ATTEMPTS} other runs registered first.", "Start the training again.")


def keep_measured(model: str, run_id: str, measured: Measurements, *, catalog: Catalog) -> None:
    """Remember what the model's own code has measured for the card, beside what its judge did; it decides nothing."""
    judged = catalog.measurements(model, run_id) or Measurements(model, run_id, metric=measured.metric)
    catalog.save_measurements(replace(judged, features=measured.features, views=measured.views))


def fail(model: str, run_id: str, reason: str, *, catalog: Catalog, clock: Clock) -> None:
    """Remember why a run ended early; the first reason stays, for that its workflow ended then tells nothing more."""
    run = catalog.run(model, run_id)
    first = run.reason if run.status == "failed" else reason[:2000]
    # One that has registered its version, or was judged, ended so: what failed after that changes nothing of it.
    if catalog.save_run(replace(run, status="failed", reason=first, ended=run.ended or clock.now())):
        _summarise(catalog.run(model, run_id), catalog)


def _summarise(run: Run, catalog: Catalog) -> None:
    catalog.save_summary(summary_of(run, catalog.metrics(run.model, run.id)))
