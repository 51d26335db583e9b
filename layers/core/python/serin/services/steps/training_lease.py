"""One training of a model at a time: whoever comes second is told who trains, and until when at the latest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from serin.domain.errors import NotFound
from serin.domain.experiments import Run
from serin.domain.training_leases import SPAN, TrainingLease
from serin.ports import Catalog, Clock

_ATTEMPTS = 5


def held_by_another(run: Run, *, catalog: Catalog, clock: Clock) -> str | None:
    """Who trains the run's model now, in a sentence; None where nobody else does."""
    lease = catalog.training_lease(run.model)
    holder = _other(run, lease, catalog)
    if lease is None or holder is None or lease.until <= clock.now():
        return None
    return _sentence(holder, lease)


def take_lease(run: Run, span: timedelta = SPAN, *, catalog: Catalog, clock: Clock) -> str | None:
    """Take the lease for the run, for `span` from now, or say who has it."""
    for _ in range(_ATTEMPTS):
        held = catalog.training_lease(run.model)
        if reason := held_by_another(run, catalog=catalog, clock=clock):
            return reason
        revision = held.revision + 1 if held else 1
        # The table decides who was first.
        if catalog.save_training_lease(TrainingLease(run.model, run.id, clock.now() + span, revision)):
            _end_silent(run, held, catalog, clock)
            return None
    return f"other runs of {run.model} take its lease all the time; train again later"


def keep_lease(model: str, run_id: str, span: timedelta = SPAN, *, catalog: Catalog, clock: Clock) -> None:
    """A sign of life: the lease lasts for `span` from now, if it is still the run's."""
    held = catalog.training_lease(model)
    if held is not None and held.run == run_id:
        # Another step of the same run may have written it meanwhile, which does as well.
        catalog.save_training_lease(TrainingLease(model, run_id, clock.now() + span, held.revision + 1))


def _other(run: Run, lease: TrainingLease | None, catalog: Catalog) -> Run | None:
    """The run that has the lease, if it is another one that has not ended."""
    if lease is None or lease.run == run.id:
        return None
    try:
        holder = catalog.run(run.model, lease.run)
    except NotFound:
        return None
    return holder if holder.is_open else None


def _end_silent(run: Run, held: TrainingLease | None, catalog: Catalog, clock: Clock) -> None:
    """Whoever had the lease and said no more was killed: nobody else would ever say so of its record."""
    silent = _other(run, held, catalog)
    if silent is not None and held is not None:
        reason = (
            f"It said no more until {held.until:%Y-%m-%d %H:%M}Z, when its lease ended: its execution was ended, or "
            f"lost. Remedy: Nothing; run {run.id} trains in its place."
        )
        catalog.save_run(replace(silent, status="failed", reason=reason, ended=clock.now()))


def _sentence(holder: Run, lease: TrainingLease) -> str:
    return (
        f"run {holder.id} is under way, which {holder.cause} began at {holder.at:%Y-%m-%d %H:%M}Z; it has the lease on "
        f"trainings of {holder.model} until it ends, or until {lease.until:%Y-%m-%d %H:%M}Z if it says no more: "
        "train again then"
    )
