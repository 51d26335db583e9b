"""The training set of an earlier run, made again from the lake by the code, charter and contracts of that time."""

from __future__ import annotations

from dataclasses import replace

from serin.data.features.joins import Functions
from serin.domain.cut_pieces import CutTask
from serin.domain.datasets import DatasetHead
from serin.domain.errors import Conflict, NotFound
from serin.domain.experiments import RERUN, Run, TrainingSet, provenance_of
from serin.domain.searching import trials
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.build_training_set import Plan
from serin.services.steps.cut_making import Carried
from serin.services.steps.frozen_rows import FrozenRows, freeze_rows
from serin.services.steps.kept_source import kept_in_place
from serin.services.steps.origins import history


def rebuild_training_set(
    model: str,
    run_id: str,
    parent: str,
    correlation: str,
    functions: Functions,
    *,
    lake: ObjectStore,
    catalog: Catalog,
    clock: Clock,
    carried: Carried = "here",
    task: CutTask | None = None,
) -> Plan | str:
    """The snapshot that run `parent` was trained on, and its trials, or why they cannot be made again.

    `functions` finds a function of `model_code`, which is the package of that time meanwhile. Where other rows come of
    it, they lie at places of their own and what was kept stays; the comparison says so. Raises PiecesWanted where
    others carry pieces, who ask again with the `task`.
    """
    repeats = catalog.run(model, parent)
    run = Run(run_id, model, RERUN, "running", clock.now(), correlation=correlation, parent=repeats.id)
    catalog.begin_run(replace(run, training_set=repeats.training_set))
    kept = _kept(repeats, catalog)
    with kept_in_place(kept, lake=lake) as source:
        heads = {dataset: _head(dataset, digest, catalog) for dataset, digest in kept.heads.items()}
        champion = task.champion if task else kept.champion and replace(kept.champion, lost=None)
        made = freeze_rows(
            *(kept.id, source, functions, heads, champion),
            lake=lake,
            catalog=catalog,
            clock=clock,
            carried=carried,
            task=task,
        )
        if not isinstance(made, FrozenRows):
            catalog.save_run(replace(run, status="skipped", training_set=kept.id, reason=made, ended=clock.now()))
            return made
        same = made.training_set.columns_digest == kept.columns_digest
        now = replace(kept, lock=made.training_set.lock)
        again = now if same else made.elsewhere().kept(source, lake=lake)
    begun = replace(
        run, training_set=kept.id, provenance=provenance_of(again), kept_from_judging=repeats.kept_from_judging
    )
    if not catalog.save_run(begun):
        return catalog.run(model, run_id).reason or "it has ended already"
    return again, trials(source.charter.training.search, again)


def _kept(repeats: Run, catalog: Catalog) -> TrainingSet:
    if repeats.training_set is None:
        raise NotFound(f"Run {repeats.id} has no training set.", "Repeat one that was judged.")
    return catalog.training_set(repeats.model, repeats.training_set)


def _head(dataset: str, digest: str, catalog: Catalog) -> DatasetHead:
    """The dataset as it was at the head of that digest, with the schemas its rows had by then."""
    now = catalog.head(dataset)
    schemas = {schema.name: schema for schema in now.schemas}
    head = DatasetHead(dataset)
    for earlier, part in history(dataset, catalog=catalog):
        known = schemas.get(part.schema or "")
        head = replace(earlier, schemas=(head if known is None else head.under(known)).schemas)
        if head.digest == digest:
            return head
    raise Conflict(
        f"The catalog has no head {digest[:12]} of {dataset} any more, which the run was trained on.",
        "Its rows were erased: only a new training can be made, on what is left.",
    )
