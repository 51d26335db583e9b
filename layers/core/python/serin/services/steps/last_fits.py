"""What the last judged training of a model took and showed: what a plan of the next one goes by."""

from __future__ import annotations

from dataclasses import dataclass

from serin.domain.errors import NotFound
from serin.domain.experiments import Run
from serin.domain.measurements import LearningCurve
from serin.domain.plan_costs import FITS_AFTERWARDS, LastFits
from serin.ports import Catalog

_LOOKED_AT = 20


@dataclass(frozen=True)
class LastTraining:
    """The newest run that has judged a challenger: its fits, and its learning curve where its rows were enough."""

    fits: LastFits
    curve: LearningCurve | None


def last_training(model: str, *, catalog: Catalog) -> LastTraining | None:
    """The newest of the latest runs that was judged, reruns aside; None where none was."""
    for run in catalog.latest_runs(model, _LOOKED_AT).items:
        fits = None if run.parent else _fits(run, catalog)
        if fits is not None:
            measured = catalog.measurements(model, run.id)
            return LastTraining(fits, measured.curve if measured else None)
    return None


def _fits(run: Run, catalog: Catalog) -> LastFits | None:
    best = next((result for result in run.trials if run.best and result.trial.number == run.best.number), None)
    if best is None or run.contest is None or run.training_set is None:
        return None
    try:
        rows = catalog.training_set(run.model, run.training_set).rows
    except NotFound:
        return None
    return LastFits(run.id, rows, run.seconds + FITS_AFTERWARDS * best.seconds)
