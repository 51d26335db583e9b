"""A training set: the labelled rows as they could have been asked, frozen under a digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from serin.data.features.joins import Functions
from serin.domain.cut_pieces import CutTask
from serin.domain.datasets import DatasetHead
from serin.domain.experiments import ChampionColumns, Run, TrainingSet, Trial, provenance_of
from serin.domain.model_source import ModelSource, code_digest
from serin.domain.names import digest
from serin.domain.schemas import schema_of
from serin.domain.searching import trials
from serin.domain.training_leases import span_of
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.champion_columns import champion_columns, only_champions
from serin.services.steps.cut_making import Carried
from serin.services.steps.first_training import begins_by_features
from serin.services.steps.frozen_rows import FrozenRows, freeze_rows
from serin.services.steps.training_lease import held_by_another, take_lease

Plan = tuple[TrainingSet, Sequence[Trial]]


def build_training_set(
    run_id: str,
    cause: str,
    correlation: str,
    source: ModelSource,
    functions: Functions,
    *,
    lake: ObjectStore,
    catalog: Catalog,
    clock: Clock,
    carried: Carried = "here",
    task: CutTask | None = None,
) -> Plan | str:
    """The snapshot to train on and the trials to make, or the reason there is nothing to train.

    Raises PiecesWanted where others carry pieces: they run these, and ask again with the `task` that was begun.
    `functions` finds a function of the model's code by `module:name`. A run that features began
    is the first training only, and once for the same data. A model is trained by one run at a time.
    """
    charter = source.charter
    run = Run(run_id, charter.model, cause, "running", clock.now(), correlation=correlation)
    heads: Mapping[str, DatasetHead]
    if task is None:
        heads = {use.name: catalog.head(use.name) for use in charter.datasets}
        champion = champion_columns(charter, catalog=catalog)
        name = _name(source, heads, champion)
    else:
        # What has come since is the next training's.
        heads, champion, name = task.heads, task.champion, task.id
    reason = _reason_to_skip(run, name, heads, catalog)
    catalog.begin_run(replace(run, training_set=name))
    reason = reason or held_by_another(run, catalog=catalog, clock=clock)
    made = reason or freeze_rows(
        *(name, source, functions, heads, champion),
        lake=lake,
        catalog=catalog,
        clock=clock,
        carried=carried,
        task=task,
    )
    if isinstance(made, FrozenRows):
        # Whose rows are enough first may train; one that still reads its rows may find too few, and is in nobody's way.
        made = take_lease(run, span_of(charter.training), catalog=catalog, clock=clock) or made
    if isinstance(made, str):
        catalog.save_run(replace(run, status="skipped", training_set=name, reason=made, ended=clock.now()))
        return made
    frozen = made.kept(source, lake=lake)
    catalog.save_training_set(frozen)
    kept = {"copies of other rows": frozen.copies} if frozen.copies else {}
    begun = replace(run, training_set=name, kept_from_judging=kept, provenance=provenance_of(frozen))
    if not catalog.save_run(begun):
        return catalog.run(run.model, run.id).reason or "it has ended already"
    return frozen, trials(charter.training.search, frozen)


def _name(source: ModelSource, heads: Mapping[str, DatasetHead], champion: ChampionColumns | None) -> str:
    # What rows are read as follows from today's contract, however long they have been there.
    charter, contracts = source.charter, source.contracts
    data = [f"{name}={head.digest} as {schema_of(contracts[name]).name}" for name, head in sorted(heads.items())]
    kept = () if champion is None else only_champions(charter, champion)
    data.extend(f"kept={name}" for name in kept)
    return digest(charter.model, charter.digest(), code_digest(source.code), *data)[:32]


def _reason_to_skip(run: Run, name: str, heads: Mapping[str, DatasetHead], catalog: Catalog) -> str | None:
    if missing := sorted(dataset for dataset, head in heads.items() if head.rows == 0):
        return f"no rows yet of {', '.join(missing)}"
    if run.cause != "features":
        return None
    if not begins_by_features(run.model, catalog=catalog, but=run.id):
        return "the first version exists; later ones are trained for a cause or by a call"
    others = [other for other in catalog.runs(run.model) if other.id != run.id and other.training_set == name]
    tried = [other.id for other in others if other.status in {"running", "registered", "rejected"} and not other.parent]
    return f"run {tried[0]} has the same data, charter and code" if tried else None
