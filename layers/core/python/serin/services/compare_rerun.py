"""The end of a rerun: how far it lies from the run it repeats, and why. It never becomes a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from serin.domain.errors import Corrupt
from serin.domain.experiments import Run, summary_of
from serin.domain.models import Artifact
from serin.domain.names import digest
from serin.domain.repeating import Repeat, changed_between, repeated
from serin.learning.scores import Scores, greatest_difference, read_scores
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.train_model import Refitted


def compare_rerun(
    model: str, run_id: str, refitted: Refitted | None, *, artifacts: ObjectStore, catalog: Catalog, clock: Clock
) -> Repeat:
    """Remember the comparison with the run's parent, with which the rerun ends.

    `refitted` are the rerun's files; None where its gate did not let it that far, as the parent's may not have.
    """
    run = catalog.run(model, run_id)
    assert run.parent is not None, f"{run_id} repeats no run"
    parent = catalog.run(model, run.parent)
    files = {} if refitted is None else {"estimator": refitted.estimator, "layer": refitted.layer}
    now = {**run.artifacts, **files}
    repeat = repeated(
        _same(parent.artifacts, now),
        _difference(parent, run, artifacts),
        changed_between(parent.provenance, run.provenance) if parent.provenance and run.provenance else (),
        (_outcome(parent), _outcome(run)),
    )
    said, at = repeat.sentence, run.ended or clock.now()
    ended = replace(run, status="repeated", artifacts=now, repeat=repeat, reason=said, ended=at)
    if catalog.save_run(ended):
        catalog.save_summary(summary_of(ended, catalog.metrics(model, run_id)))
    return repeat


def _same(before: Mapping[str, Artifact], now: Mapping[str, Artifact]) -> dict[str, bool]:
    """Of each file of the parent whether the rerun's is the same; the scores are compared one by one."""
    return {name: name in now and file.sha256 == now[name].sha256 for name, file in before.items() if name != "scores"}


def _difference(parent: Run, run: Run, artifacts: ObjectStore) -> float | None:
    before, now = (_scores(of, artifacts) for of in (parent, run))
    return None if before is None or now is None else greatest_difference(before, now)


def _scores(run: Run, artifacts: ObjectStore) -> Scores | None:
    file = run.artifacts.get("scores")
    if file is None:
        return None
    content = artifacts.get(file.key)
    if digest(content) != file.sha256:
        raise Corrupt(f"{file.key} is not what run {run.id} wrote.", "Find out who changed the file.")
    return read_scores(content)


def _outcome(run: Run) -> str:
    return run.verdict.outcome if run.verdict else "none"
