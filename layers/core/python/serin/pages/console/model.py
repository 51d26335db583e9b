"""The page of a model: what is live, what is being released, how good it is through time, what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from serin.domain.judgement.watching.performance import Performance
from serin.domain.model_seen import ModelSeen
from serin.domain.release_seen import ReleaseSeen
from serin.domain.watched import WatchedWindow
from serin.pages import courses, evidence
from serin.pages.courses import Point
from serin.pages.evidence import Span
from serin.pages.frame import Frame
from serin.pages.release import charts_of, moves_of, span_of
from serin.pages.rendering import rendered
from serin.pages.watch import CHARTED, Happened, lanes_of, qualities_of

LISTED = 20


def model_page(seen: ModelSeen, now: datetime, frame: Frame) -> str:
    """The page as of `now`."""
    windows = seen.windows[-CHARTED:]
    newest = windows[-1] if windows else None
    span, happened = _span(seen, windows, now), Happened(seen.uploads, seen.runs, seen.releases, seen.alarms)
    judged = next((of for window in reversed(windows) for of in window.performance if of.window), None)
    value = seen.report.value.window if seen.report and seen.report.value else None
    return rendered(
        "console/model.html",
        frame,
        model=seen.charter.model,
        problem=seen.charter.problem,
        datasets=[dataset.name for dataset in seen.charter.datasets],
        live=seen.live,
        withdrawn=seen.withdrawn,
        judged=judged,
        value=value,
        unit=seen.charter.value.unit if seen.charter.value else None,
        newest=newest,
        decision=seen.state.decision,
        under_way=seen.under_way,
        **_evidence(seen.under_way),
        quality=[(name, *drawn) for name, drawn in qualities_of(windows, span)],
        values=_values(seen.values, span),
        time_line=courses.time_line("What happened when", lanes_of(happened, seen.state.episodes, span), span),
        entries=seen.entries,
        releases=seen.releases[:LISTED],
    )


def _span(seen: ModelSeen, windows: Sequence[WatchedWindow], now: datetime) -> Span:
    """The windows or, before there are any, since the first upload or training."""
    if windows:
        return Span(min(window.begin for window in windows), now)
    begun = [upload.at for upload in seen.uploads] + [run.at for run in seen.runs]
    return Span(min(begun, default=now), now)


def _evidence(release: ReleaseSeen | None) -> dict[str, Markup | None]:
    """How the release under way was given calls, and all bets against it together."""
    if release is None:
        return {"weights": None, "evidence": None}
    span = span_of(release)
    together = next((chart for _, chart in charts_of(release.judged, span)), None)
    return {
        "weights": evidence.weights(moves_of(release, span), span) if release.shifts else None,
        "evidence": together,
    }


def _values(values: Sequence[tuple[WatchedWindow, Performance]], span: Span) -> Markup | None:
    points = [
        Point(
            window.begin + (window.end - window.begin) / 2,
            of.window.estimate,
            of.window.low,
            of.window.high,
            of.sentence,
        )
        for window, of in values
        if of.window is not None
    ]
    usual = next((of.reference.estimate for _, of in reversed(values) if of.reference), None)
    return courses.course("Value brought per 1,000 predictions by window", points, usual, span) if points else None
