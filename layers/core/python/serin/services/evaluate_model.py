"""The judge of a training: picks the trial, judges the contest, registers what passed; runs no code of the model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from serin.domain.charter import Charter
from serin.domain.errors import Conflict, Corrupt, Invalid
from serin.domain.events import Event
from serin.domain.experiments import Contest, TrainingSet, Trial, TrialResult, Verdict, gate, is_better
from serin.domain.models import ModelVersion, check_own
from serin.domain.names import digest
from serin.learning.scores import contest_of, read_scores
from serin.ports import Catalog, Clock, Events, ObjectStore
from serin.services.train_model import Refitted, ScoresFile

ATTEMPTS = 5


@dataclass(frozen=True)
class Selected:
    """The best trial and who it must beat."""

    trial: Trial
    champion: ModelVersion | None


def select(
    charter: Charter, run_id: str, training_set: TrainingSet, results: Sequence[TrialResult], *, catalog: Catalog
) -> Selected:
    """The trial with the best `search.optimise` on rows it did not see; the earlier one of equals."""
    metric = charter.training.search.optimise
    best: TrialResult | None = None
    for result in results:
        value = result.metrics.get(metric, math.nan)
        if math.isfinite(value) and (best is None or is_better(metric, value, best.metrics[metric])):
            best = result
    run = catalog.run(charter.model, run_id)
    if best is None:
        raise Invalid(f"No trial has a {metric}.", "Upload more history, so that the newest rows hold every class.")
    catalog.save_run(replace(run, training_set=training_set.id, trials=tuple(results), best=best.trial))
    return Selected(best.trial, live_version(charter.model, catalog=catalog))


def live_version(model: str, *, catalog: Catalog) -> ModelVersion | None:
    """The champion: the version the last successful release made live."""
    live = [release for release in catalog.releases(model) if release.status == "live"]
    return catalog.version(model, live[-1].version) if live else None


def judge(
    charter: Charter,
    run_id: str,
    scores: ScoresFile,
    champion: ModelVersion | None,
    *,
    artifacts: ObjectStore,
    catalog: Catalog,
) -> Verdict:
    """The gate's verdict on the contest, remembered with its reasons."""
    content = artifacts.get(scores.key)
    if digest(content) != scores.digest:
        raise Corrupt(f"{scores.key} is not what the contest wrote.", "Start the training again.")
    found = read_scores(content)
    if (found.champion is None) != (champion is None):
        # The model's own code ran where they were written: leaving the champion out must not be a way to pass.
        said = "no scores of the champion" if champion else "scores of a champion that there is not"
        raise Corrupt(f"{scores.key} holds {said}.", "Start the training again.")
    contest = _shown(contest_of(found, charter.task, champion.version if champion else None))
    verdict = gate(contest, charter.floors, charter.training.search.optimise)
    run = catalog.run(charter.model, run_id)
    status = run.status if verdict.outcome == "pass" else "rejected"
    reason = None if verdict.outcome == "pass" else "; ".join(verdict.reasons)
    catalog.save_run(replace(run, contest=contest, verdict=verdict, status=status, reason=reason))
    return verdict


def _shown(contest: Contest) -> Contest:
    champion = None if contest.champion is None else _finite(contest.champion)
    return replace(contest, challenger=_finite(contest.challenger), champion=champion)


def _finite(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if math.isfinite(value)}


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
        at=clock.now(),
    )
    version = _numbered(blank, catalog)
    catalog.save_run(replace(run, status="registered", version=version.version))
    detail: dict[str, str | int] = {"model": charter.model, "version": version.version}
    events.publish(Event("Model Registered", detail, run.correlation or run_id))
    return version.version


def _numbered(blank: ModelVersion, catalog: Catalog) -> ModelVersion:
    for _ in range(ATTEMPTS):
        known = catalog.version_of_run(blank.model, blank.run)
        if known is not None:
            return known
        versions = catalog.versions(blank.model)
        version = replace(blank, version=versions[-1].version + 1 if versions else 1)
        # The table decides who got the number.
        if catalog.register(version):
            return version
    raise Conflict(f"{ATTEMPTS} other runs registered first.", "Start the training again.")


def fail(model: str, run_id: str, reason: str, *, catalog: Catalog) -> None:
    """Remember why a run ended early."""
    run = catalog.run(model, run_id)
    catalog.save_run(replace(run, status="failed", reason=reason[:2000]))
