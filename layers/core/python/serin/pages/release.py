"""The page of a release: its bets and its share of the calls through time, each verdict as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from markupsafe import Markup

from serin.domain.release_record import Judged
from serin.domain.release_seen import ReleaseSeen, bets, other_checks, saw, stake
from serin.pages import evidence
from serin.pages.evidence import Span
from serin.pages.frame import Frame
from serin.pages.rendering import rendered

CHARTED = 200
LISTED = 200


def release_page(seen: ReleaseSeen, now: datetime, frame: Frame | None = None) -> str:
    """The page of a release as of `now`; in a frame also what may be asked of it."""
    span = span_of(seen)
    return rendered(
        "release.html" if frame is None else "console/release.html",
        frame,
        seen=seen,
        release=seen.release,
        saw=saw,
        stake=stake,
        plan=seen.plan,
        last=seen.last,
        calls=seen.calls,
        now=now.isoformat(timespec="minutes").replace("+00:00", "Z"),
        weights=evidence.weights(moves_of(seen, span), span) if seen.shifts else None,
        charts=dict(charts_of(seen.judged, span)),
        verdicts=_verdicts(seen.judged)[-LISTED:][::-1],
        total=len(seen.judged),
        bets=bets(seen.last) if seen.last else [],
        others=other_checks(seen.last) if seen.last else [],
    )


def span_of(seen: ReleaseSeen) -> Span:
    """From its beginning to the newest that is known of it, with each share of the calls marked."""
    moments = [seen.release.at, *(shift.moved for shift in seen.shifts), *(judged.at for judged in seen.judged)]
    moments += [step.at for step in seen.steps]
    if seen.plan is not None:
        moments.append(seen.plan.began)
    begin, end = min(moments), max(moments)
    marked = [(shift.moved, f"{shift.weight} %") for shift in seen.shifts]
    return Span(begin, max(end, begin + timedelta(minutes=1)), marked)


def moves_of(seen: ReleaseSeen, span: Span) -> list[tuple[datetime, int]]:
    """When its share changed; what was taken back got nothing from its last step on."""
    moves = [(span.begin, 0), *((shift.moved, shift.weight) for shift in seen.shifts)]
    if seen.release.status in ("rolled_back", "failed"):
        moves.append((max([step.at for step in seen.steps if step.name == "abandon"] or [span.end]), 0))
    return moves


def charts_of(judged: Sequence[Judged], span: Span) -> Iterator[tuple[str, Markup]]:
    """All bets together, then each that was taken, in the order of the newest judgement; none where nothing was bet."""
    charted = judged[-CHARTED:]
    # A version that is put back, or watched on with nothing beside it, is judged by no bet: nothing would be enough.
    if not charted or not charted[-1].enough > 0:
        return
    together = [(one.at, one.against) for one in charted]
    yield "All together, by weight", evidence.bet("together", 0, together, charted[-1].enough, span)
    for place, check in enumerate(bets(charted[-1]), start=1):
        points = [
            (one.at, item.estimate)
            for one in charted
            for item in bets(one)
            if item.name == check.name and item.estimate is not None
        ]
        if points and check.requirement:
            yield check.name, evidence.bet(check.name, place, points, check.requirement, span)


def _verdicts(judged: Sequence[Judged]) -> list[tuple[Judged, int]]:
    """Each verdict, and how many before it said the very same; the newest of these stands for them."""
    runs = groupby(judged, key=lambda run: (run.phase, run.weight, run.outcome, run.sentence))
    grouped = [list(run) for _, run in runs]
    return [(run[-1], len(run)) for run in grouped]
