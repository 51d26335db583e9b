"""The end of a rung of a search: who goes on with more days or, at the last, who meets the champion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from serin.domain.charter import Charter, Search
from serin.domain.errors import Invalid
from serin.domain.experiments import Run, TrainingSet, Trial, TrialResult, provenance_of, summary_of
from serin.domain.models import Artifact, ModelVersion
from serin.domain.prices import TRAINER_SECOND
from serin.domain.runs import Provenance, trial_run
from serin.domain.searching import best, merged, next_rung, said_of
from serin.ports import Catalog
from serin.services.steps.champions import live_version, why_unbeaten
from serin.services.train_model import Checked


@dataclass(frozen=True)
class Selected:
    """The best trial, who it must beat and what it `scored`; before that, the trials that go on with `more` days."""

    trial: Trial
    champion: ModelVersion | None
    more: tuple[Trial, ...] = ()
    scored: Artifact | None = None


def select(
    charter: Charter,
    run_id: str,
    training_set: TrainingSet,
    results: Sequence[TrialResult],
    checked: Checked,
    commit: str | None = None,
    *,
    catalog: Catalog,
) -> Selected:
    """The trials that go on or, at the end of a search, the best of them on rows it did not see.

    The run remembers all of them, what was `checked` before them, the `commit` that is deployed, and what somebody
    should know of the search. A rerun meets the champion of the run it repeats. Raises
    Invalid when no trial can be chosen: with the first failure, where all have failed.
    """
    search, run = charter.training.search, catalog.run(charter.model, run_id)
    tried = merged(run.trials, [replace(result, measured=()) for result in results])
    more = next_rung(search, tried, training_set)
    winner = best(search, tried)
    seconds = sum(result.seconds for result in tried)
    seen = replace(
        run,
        training_set=training_set.id,
        trials=tried,
        best=winner.trial if winner else None,
        algorithm=winner.algorithm if winner else None,
        provenance=_provenance(training_set, checked, commit),
        warnings=(*checked.warnings, *(() if more else said_of(search, tried))),
        seconds=seconds,
        usd=seconds * TRAINER_SECOND,
    )
    catalog.save_run(seen)
    if more:
        return Selected(more[0], None, more)
    if winner is None:
        raise Invalid(*_nothing_to_choose(search, tried))
    chosen_by = catalog.metrics(charter.model, trial_run(run_id, winner.trial.number))
    catalog.save_metrics(charter.model, run_id, chosen_by)
    catalog.save_summary(summary_of(seen, chosen_by))
    return Selected(winner.trial, _champion(run, training_set, catalog), scored=winner.scored)


def _champion(run: Run, training_set: TrainingSet, catalog: Catalog) -> ModelVersion | None:
    if run.parent is not None:
        contest = catalog.run(run.model, run.parent).contest
        met = contest.champion_version if contest else None
        return None if met is None else catalog.version(run.model, met)
    beaten = why_unbeaten(training_set, catalog=catalog) is None
    return live_version(run.model, catalog=catalog) if beaten else None


def _provenance(training_set: TrainingSet, checked: Checked, commit: str | None) -> Provenance:
    return replace(
        provenance_of(training_set),
        lock=checked.lock,
        runtime=checked.runtime,
        layer=checked.layer,
        processor=checked.processor,
        shards=checked.shards,
        commit=commit,
    )


def _nothing_to_choose(search: Search, results: Sequence[TrialResult]) -> tuple[str, str]:
    own = [result for result in results if result.trial.recipe == "pipeline"]
    failures = [result.failed for result in own if result.failed]
    if own and len(failures) == len(own):
        return f"No trial could be fitted; the first of {len(own)}: {failures[0]}", "Correct it and train again."
    remedy = "Upload more history, so that the newest rows hold every class."
    return f"No trial has a {search.optimise}.", remedy
