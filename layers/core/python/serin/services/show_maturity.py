"""How mature the practice around a model is: the events of its catalog that show a step of a scale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import get_args

from serin.domain.charter import Charter
from serin.domain.experiments import BASELINES, RERUN, Run
from serin.domain.judgement.retraining.decision import Cause
from serin.domain.maturity import Event, Maturity, maturity_of
from serin.domain.plain_numbers import how_many
from serin.domain.releases import DEPLOYED, Release
from serin.ports import Catalog

JUDGED_WINDOWS = ("NO_DRIFT_SEEN", "SUSPECTED", "DRIFT")
JUDGED_RELEASES = 20
"""Of so many releases, the newest, the judgements are looked at."""
Shown = Iterator[tuple[str, Event]]
"""A step, and an event that shows it."""


def show_maturity(charter: Charter, now: datetime, *, catalog: Catalog) -> Maturity:
    """Where the model stands by the newest page of each kind of record."""
    events: defaultdict[str, list[Event]] = defaultdict(list)
    kinds = (_uploads, _runs, _releases, _windows, _approvals)
    for step, event in chain.from_iterable(kind(charter, catalog) for kind in kinds):
        events[step].append(event)
    return maturity_of(charter.model, events, now, charter.maturity_target)


def _uploads(charter: Charter, catalog: Catalog) -> Shown:
    for dataset in charter.datasets:
        schedule = dataset.source.every if dataset.source else None
        for upload in catalog.latest_uploads(dataset.name).items:
            if upload.status == "accepted":
                checked = how_many(upload.rows, f"row of {dataset.name} was", f"rows of {dataset.name} were")
                shows = f"{checked} checked, {upload.quarantined:,} set aside"
                yield from _each(
                    Event("upload", upload.id, upload.at, shows, schedule, dataset.name), "D1", "checked-data"
                )


def _runs(charter: Charter, catalog: Catalog) -> Shown:
    schedule = charter.retraining.every
    for run in catalog.latest_runs(charter.model).items:
        if run.status == "repeated":
            if run.repeat is not None and run.repeat.is_exact:
                yield "I1", Event("run", run.id, run.at, run.repeat.sentence)
        elif run.verdict is not None:
            event = Event("run", run.id, run.at, run.verdict.sentence, schedule)
            yield from _each(event, "I4", *_shown_by_verdict(run), *_shown_by_search(run), *_shown_by_cause(run))
            measured = catalog.measurements(charter.model, run.id)
            if measured is not None and measured.views:
                yield "D2", event


def _shown_by_verdict(run: Run) -> Iterator[str]:
    if run.contest is not None and run.contest.champion is not None:
        yield from ("validated-model", "M4")
    if run.verdict is not None and any(check.name.startswith("slices of") for check in run.verdict.checks):
        yield "M6"


def _shown_by_search(run: Run) -> Iterator[str]:
    tried = [result.trial for result in run.trials if result.failed is None]
    if sum(trial.recipe == "pipeline" for trial in tried) > 1:
        yield "M3"
    if any(trial.recipe in BASELINES for trial in tried):
        yield "M5"


def _shown_by_cause(run: Run) -> Iterator[str]:
    if run.cause not in ("call", RERUN):
        yield "automatic-training"
    if run.cause in get_args(Cause):
        yield "O4"
    commit = run.provenance.commit if run.provenance is not None else None
    if commit and not commit.endswith("-dirty"):
        yield "known-commit"


def _releases(charter: Charter, catalog: Catalog) -> Shown:
    schedule = charter.retraining.every
    for place, release in enumerate(catalog.latest_releases(charter.model).items):
        about = f"version {release.version}"
        if release.status == "live" and release.cause in _SHOWN_BY_LIVE:
            step, shows = _SHOWN_BY_LIVE[release.cause]
            yield step, Event("release", release.id, release.at, f"{about} {shows}", schedule)
        if release.status == "rolled_back":
            yield "I7", Event("release", release.id, release.at, f"{about} was taken back", schedule)
        if place < JUDGED_RELEASES:
            yield from _judged(release, schedule, catalog)


_SHOWN_BY_LIVE = {
    "registered": ("automatic-release", "went live by itself once it was registered"),
    DEPLOYED: ("delivered-code", "has the code of a deploy"),
    "rollback": ("I7", "was put back"),
}


def _judged(release: Release, schedule: timedelta | None, catalog: Catalog) -> Shown:
    for judged in catalog.judged(release.model, release.id):
        if judged.phase != "canary" or judged.outcome not in ("pass", "fail"):
            continue
        event = Event("release", release.id, judged.at, judged.sentence, schedule)
        yield from _each(event, "evidence", "I6")
        # Of a guardrail without data nothing is known: its bet stands where it began, at 1.
        if any(check.name == "latency in traffic" and check.estimate not in (None, 1.0) for check in judged.checks):
            yield "O6", event


def _windows(charter: Charter, catalog: Catalog) -> Shown:
    for window in catalog.latest_windows(charter.model).items:
        if window.version is None or not window.rows:
            continue
        event = Event("window", f"{window.end:%Y-%m-%d}", window.at, window.sentence, charter.monitoring.policy.window)
        if window.status in JUDGED_WINDOWS:
            yield from _each(event, "watched", "O3")
        if window.performance:
            yield "O7", event


def _approvals(charter: Charter, catalog: Catalog) -> Shown:
    for approval in catalog.latest_approvals(charter.model).items:
        answer = approval.answer
        if approval.status == "approved" and answer is not None:
            yield "M1", Event("approval", approval.id, answer.at, f"{answer.by} said yes: {approval.question}")


def _each(event: Event, *steps: str) -> Shown:
    return ((step, event) for step in steps)
