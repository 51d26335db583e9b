"""Which trainings begin by themselves as soon as there are features: the first one, and one after an open question."""

from __future__ import annotations

from serin.ports import Catalog


def begins_by_features(model: str, *, catalog: Catalog, but: str = "") -> bool:
    """Whether the model has no version yet, or the newest training, `but` for that run, could not decide.

    What could not be decided is asked again as soon as there is more to decide by. What was skipped or repeats another
    has tried nothing.
    """
    if not catalog.versions(model):
        return True
    tried = [run for run in catalog.runs(model) if run.id != but and run.status != "skipped" and not run.parent]
    return bool(tried) and tried[-1].status == "inconclusive"
