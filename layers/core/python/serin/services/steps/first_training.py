"""Which trainings begin by themselves as soon as there are features: the first one, and one after an open question."""

from __future__ import annotations

from serin.domain.charter import Charter
from serin.ports import Catalog


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
    if not catalog.versions(model):
        return True
    tried = [run for run in catalog.runs(model) if run.id != but and run.status != "skipped" and not run.parent]
    return bool(tried) and tried[-1].status == "inconclusive"
