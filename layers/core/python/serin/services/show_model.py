"""One model as its page shows it: what is live, what is being released, how good it is, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serin.domain.auditing.alarms import Rang, rang
from serin.domain.charter import Charter
from serin.domain.judgement.watching.performance import Performance
from serin.domain.model_seen import ModelSeen
from serin.domain.watched import WatchedWindow
from serin.ports import Catalog, Control, ObjectStore
from serin.services.release_under_way import release_under_way
from serin.services.see_release import see_release
from serin.services.show_audit import show_audit
from serin.services.show_watch import report_of, show_watch

NEWEST = 100
"""So many uploads of each dataset, trainings and releases are on the time line."""
TOLD = 20
VALUED = 12
"""Of so many windows the value is shown: each takes a file of the lake."""


def show_model(
    model: str, charters: Mapping[str, Charter], *, catalog: Catalog, control: Control, lake: ObjectStore
) -> ModelSeen:
    """All that the model's page needs."""
    charter, live = charters[model], control.live(model)
    current, watched = release_under_way(model, catalog=catalog), show_watch(model, None, catalog=catalog, lake=lake)
    uploads = [upload for dataset in charter.datasets for upload in catalog.latest_uploads(dataset.name, NEWEST).items]
    return ModelSeen(
        charter,
        live,
        None if live is None else catalog.withdrawal(model, live.version),
        None if current is None else see_release(current[0], catalog=catalog, control=control),
        watched.state,
        watched.windows[::-1],
        watched.report,
        [] if charter.value is None else _values(watched.windows[:VALUED], lake),
        uploads,
        catalog.latest_runs(model, NEWEST).items,
        catalog.latest_releases(model, NEWEST).items,
        show_audit(charters, model, TOLD, catalog=catalog, control=control).items,
        alarms_of(model, catalog=catalog),
    )


def alarms_of(model: str, *, catalog: Catalog) -> Sequence[Rang]:
    """When alarms about the model went off, by the newest entries of what watches it."""
    return rang(catalog.latest_entries("watch", model, NEWEST).items)


def _values(windows: Sequence[WatchedWindow], lake: ObjectStore) -> list[tuple[WatchedWindow, Performance]]:
    reports = [(window, report_of(window, lake=lake)) for window in reversed(windows)]
    return [(window, report.value) for window, report in reports if report.value and report.value.window]
