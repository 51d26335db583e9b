"""Which trainings begin by themselves as soon as there are features: the first one, and one after an open question."""

from __future__ import annotations

from collections.abc import Iterator

from serin.domain.charter import Charter
from serin.domain.experiments import Run
from serin.ports import Catalog

_AT_ONCE = 3


def is_due(charter: Charter, dataset: str, *, catalog: Catalog) -> bool:
    """Whether an upload of the dataset shall begin a training, looked at before one is started.

    While there are fewer rows of truth than it has to learn from, all it could do is to say so; the upload that brings
    the last of them is looked at too. Of another dataset's upload nothing is said by how much truth there is.
    """
    if dataset == charter.truth.dataset and catalog.head(dataset).rows < charter.training.minimum_rows:
        return False
    return begins_by_features(charter.model, catalog=catalog)


def begins_by_features(model: str, *, catalog: Catalog, but: str = "") -> bool:
    """Whether the model has no version yet, or the newest training, `but` for that run, could not decide.

    What could not be decided is asked again as soon as there is more to decide by. What was skipped or repeats another
    has tried nothing.
    """
    if not catalog.latest_versions(model, 1).items:
        return True
    newest = next((run for run in _tried(model, catalog) if run.id != but), None)
    return newest is not None and newest.status == "inconclusive"


def _tried(model: str, catalog: Catalog) -> Iterator[Run]:
    """Trainings that have tried something, newest first; few are read at once, since mostly the first one is wanted."""
    after = None
    while True:
        page = catalog.latest_runs(model, _AT_ONCE, after)
        yield from (run for run in page.items if run.status != "skipped" and not run.parent)
        if page.next is None:
            return
        after = page.next
