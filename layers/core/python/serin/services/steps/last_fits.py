"""What the last judged training of a model took: what a plan of the next one goes by."""

from __future__ import annotations

from collections.abc import Iterable

from serin.domain.errors import NotFound
from serin.domain.experiments import Run
from serin.domain.plan_costs import FITS_AFTERWARDS, LastFits
from serin.ports import Catalog


def last_fits(newest_first: Iterable[Run], *, catalog: Catalog) -> LastFits | None:
    """The fits of the newest run that has judged a challenger, reruns aside; None where none has."""
    return next((fits for run in newest_first if not run.parent and (fits := _fits(run, catalog))), None)


def _fits(run: Run, catalog: Catalog) -> LastFits | None:
    best = next((result for result in run.trials if run.best and result.trial.number == run.best.number), None)
    if best is None or run.contest is None or run.training_set is None:
        return None
    try:
        rows = catalog.training_set(run.model, run.training_set).rows
    except NotFound:
        return None
    afterwards = FITS_AFTERWARDS * best.seconds
    # What a trial took, it took on one shard.
    each = rows // (run.provenance.shards if run.provenance else 1)
    return LastFits(run.id, each, run.seconds + afterwards, afterwards)
