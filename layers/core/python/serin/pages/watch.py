"""The page of a watched model: how good it is and was, what has moved, and what happened to it when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from serin.domain.auditing.alarms import Rang
from serin.domain.datasets import Upload
from serin.domain.experiments import Run
from serin.domain.judgement.retraining.decision import Decision
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.judgement.watching.performance import Performance
from serin.domain.judgement.watching.verdicts import FeatureVerdict, Tested
from serin.domain.plain_numbers import how_many
from serin.domain.releases import Release
from serin.domain.watched import WatchedWindow, WindowReport
from serin.pages import courses
from serin.pages.charts import Bar, columns
from serin.pages.courses import Period, Point
from serin.pages.evidence import Span
from serin.pages.frame import Frame
from serin.pages.rendering import rendered

CHARTED = 60
"""So many windows are drawn, a year of weeks."""
_MEANING = {
    "location": "typical value",
    "shape": "distribution",
    "mix": "mix of categories",
    "missing": "share missing",
    "new": "share of new categories",
}


@dataclass(frozen=True)
class Happened:
    """What was done to the model and its data, in any order."""

    uploads: Sequence[Upload] = ()
    runs: Sequence[Run] = ()
    releases: Sequence[Release] = ()
    alarms: Sequence[Rang] = ()


@dataclass(frozen=True)
class Watched:
    """All there is to see of a model: `windows` oldest first, and of the newest, or the one asked for, the `report`."""

    report: WindowReport
    windows: Sequence[WatchedWindow]
    episodes: Sequence[Episode] = ()
    decision: Decision | None = None
    happened: Happened = Happened()


def watch_page(seen: Watched, now: datetime, frame: Frame | None = None, **more: Any) -> str:
    """The page as of `now`; in a frame there is `more`: what to do, and the windows there are."""
    windows = seen.windows[-CHARTED:]
    span = Span(min(window.begin for window in windows), max(window.end for window in windows))
    return rendered(
        "watch.html" if frame is None else "console/monitoring.html",
        frame,
        report=seen.report,
        window=seen.report.window,
        drift=seen.report.drift,
        decision=seen.decision,
        now=now.isoformat(timespec="minutes").replace("+00:00", "Z"),
        quality=[(name, *drawn) for name, drawn in qualities_of(windows, span)],
        rows=columns("Rows and rows with truth by window", [_rows(window) for window in windows]),
        time_line=courses.time_line("What happened when", lanes_of(seen.happened, seen.episodes, span), span),
        features=[(of, _decisive(of)) for of in seen.report.drift.features],
        episodes=sorted(seen.episodes, key=lambda episode: episode.opened, reverse=True),
        meaning=_MEANING,
        **more,
    )


def qualities_of(windows: Sequence[WatchedWindow], span: Span) -> Iterator[tuple[str, tuple[Markup, Performance]]]:
    """Each metric through time, in the order of the newest window that has any, with its newest verdict."""
    judged = [window for window in windows if window.performance]
    for newest in judged[-1].performance if judged else ():
        measured = [(at, of) for at in judged for of in at.performance if of.metric == newest.metric]
        points = list(_points(measured))
        usual = next((of.reference.estimate for _, of in reversed(measured) if of.reference), None)
        if points:
            yield newest.metric, (courses.course(f"{newest.metric} by window", points, usual, span), newest)


def _points(points: Sequence[tuple[WatchedWindow, Performance]]) -> Iterator[Point]:
    for window, of in points:
        if of.window is not None:
            middle = window.begin + (window.end - window.begin) / 2
            told = f"{window.begin:%Y-%m-%d} to {window.end:%Y-%m-%d}, version {window.version}: {of.sentence}"
            yield Point(middle, of.window.estimate, of.window.low, of.window.high, told)


def _rows(window: WatchedWindow) -> Bar:
    labelled = window.truth.labelled if window.truth else 0
    told = f"{window.begin:%Y-%m-%d}: {how_many(window.rows, 'row')}, {labelled:,} with truth"
    return Bar(f"{window.begin:%Y-%m-%d}", float(window.rows), told, float(labelled))


def lanes_of(happened: Happened, episodes: Sequence[Episode], span: Span) -> Sequence[tuple[str, Sequence[Period]]]:
    """What happened within the span, a lane for each kind."""
    after = span.begin - timedelta(days=1)
    lanes = [
        ("uploads", [_upload(upload) for upload in happened.uploads]),
        ("drift", [_episode(episode, span) for episode in episodes]),
        ("alarms", [_alarm(alarm, span) for alarm in happened.alarms]),
        ("trainings", [_run(run) for run in happened.runs]),
        ("releases", [_release(release) for release in happened.releases]),
    ]
    return [
        (name, [it for it in lane if (it.end or it.begin) >= after and it.begin <= span.end]) for name, lane in lanes
    ]


def _upload(upload: Upload) -> Period:
    taken = how_many(upload.accepted, "row")
    told = f"{upload.dataset}: {upload.file}, {taken} accepted, {upload.quarantined:,} set aside"
    return Period(upload.at, told, bad=upload.status == "rejected")


def _episode(episode: Episode, span: Span) -> Period:
    begin = episode.onset or episode.opened
    return Period(begin, episode.sentence, episode.closed or span.end, bad=episode.status == "open")


def _alarm(alarm: Rang, span: Span) -> Period:
    over = "it goes on" if alarm.end is None else f"over {alarm.end:%Y-%m-%d %H:%M}Z"
    told = f"alarm {alarm.alarm}: {alarm.reason} ({over})"
    return Period(alarm.begin, told, alarm.end or span.end, bad=alarm.end is None)


def _run(run: Run) -> Period:
    said = run.verdict.sentence if run.verdict else run.reason or ""
    bad = run.status in ("rejected", "failed", "invalid")
    return Period(run.at, f"training because of {run.cause}: {run.status}. {said}", bad=bad)


def _release(release: Release) -> Period:
    told = f"version {release.version}: {release.status.replace('_', ' ')}. {release.reason or ''}"
    return Period(release.at, told, bad=release.status in ("rolled_back", "failed"))


def _decisive(of: FeatureVerdict) -> Tested | None:
    """The statistic that says most: outside its limits twice, once, or the nearest to them."""

    def weight(test: Tested) -> tuple[bool, bool, float]:
        room = (test.upper - test.usual) or 1.0
        return test.twice, bool(test.side), abs(test.value - test.usual) / abs(room)

    return max(of.tests, key=weight, default=None)
