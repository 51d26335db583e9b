"""The page of a watched model: quality with intervals, what has moved, and a time line of what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.retraining.decision import Decision
from serin.domain.judgement.watching import verdicts
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.judgement.watching.estimated import judge_estimate
from serin.domain.judgement.watching.evidence import Detectable
from serin.domain.judgement.watching.performance import Interval, Performance
from serin.domain.judgement.watching.verdicts import FeatureVerdict, Promise, WindowVerdict
from serin.domain.watched import Reported, SliceVerdict, TruthSeen, WatchedWindow, WindowReport
from serin.pages.courses import Point, course
from serin.pages.evidence import Span
from serin.pages.watch import Happened, Watched, watch_page
from tests.builders import NOON, a_release, a_run, an_upload
from tests.unit.pages.pages import HOSTILE, Page

WEEK = timedelta(days=7)
NOW = NOON + 4 * WEEK


def performance(estimate: float) -> Performance:
    now, before = Interval(estimate, estimate - 0.02, estimate + 0.02, 900, 7), Interval(0.74, 0.73, 0.75, 3000, 14)
    return Performance("roc_auc", "LOSS", f"roc_auc is {estimate}.", now, before, 0.04, 0.02, 0.01)


def window(place: int, text: str = "") -> WatchedWindow:
    begin, truth = NOON + place * WEEK, TruthSeen("d", NOW, 1000, 900, 900)
    judged = (performance(0.74 - place / 100),)
    kind = "DRIFT" if text else "NO_DRIFT_SEEN"
    return WatchedWindow(
        f"flight-delay{text}", begin, begin + WEEK, NOW, kind, text, f"Words {text}", 3, 1000, 7, truth, judged
    )


def seen(text: str = "") -> Watched:
    shape = verdicts.Tested("shape", 0.4, 0.2, None, 0.1, 1, twice=True)
    least = Detectable(0.31)
    temp = FeatureVerdict(f"temp{text}", "DRIFT", f"temp has drifted {text}", 1000, 3, (shape,), detectable=least)
    quiet = FeatureVerdict("hour", "INSUFFICIENT_DATA", "hour: 1 row", 1, 0)
    promise = Promise(1.0, 0.8, 20)
    newest = window(2, text)
    verdict = WindowVerdict(newest.begin, newest.end, 1000, "DRIFT", f"Drift in temp {text}.", promise, (temp, quiet))
    of_slice = SliceVerdict("origin", f"JFK{text}", replace(verdict, features=()), performance(0.7).window)
    reference = Reported(NOON - 8 * WEEK, NOON, 8, (f"odd{text}",), 2)
    report = WindowReport(newest, verdict, (of_slice,), (f"skew {text}",), reference, None, performance(0.72), text)
    promised = judge_estimate(Sample((0.6, 0.62, 0.61), 90), Sample((0.5, 0.51, 0.49), 90), 0.05, rows_with_truth=500)
    report = replace(report, estimated=promised)
    episode = Episode(f"temp{text}", newest.end, f"temp has drifted {text}", newest.end, newest.begin)
    decision = Decision("train", f"A training begins: {text}.", "performance")
    happened = Happened(
        [an_upload(at=NOON + WEEK, file=f"f{text}")],
        [a_run(at=NOW - WEEK, cause=f"performance{text}", status="rejected", reason=text)],
        [a_release(at=NOW - WEEK, status="rolled_back", reason=text)],
    )
    return Watched(report, [window(0), window(1), newest], [episode], decision, happened)


def test_it_says_how_good_the_model_is_what_moved_and_what_is_done_about_it() -> None:
    page = Page(watch_page(seen(), NOW))
    for text in (
        "Words",
        "A training begins",
        "0.72",
        "0.74 when it was let in",
        "roc_auc is 0.72",
        "temp has drifted",
        "0.31 sd",
    ):
        assert page.shows(text), text
    assert [text for text in page.texts if text in ("uploads", "drift", "trainings", "releases")][:4]
    assert len(page.images()) == 3


def test_whatever_stands_in_names_and_reasons_leaves_the_page_as_it_is() -> None:
    plain, hostile = (Page(watch_page(seen(text), NOW)) for text in ("x", HOSTILE))
    assert plain.tags == hostile.tags


def test_a_window_without_truth_has_no_mark_and_nothing_is_called_good() -> None:
    newest = replace(window(0), performance=(), truth=None)
    nothing = WindowVerdict(newest.begin, newest.end, 1, "INSUFFICIENT_DATA", "Too little data.", Promise(1, 0, 0))
    page = Page(watch_page(Watched(WindowReport(newest, nothing, no_reference="It has no rows."), [newest]), NOW))
    assert page.shows("too little truth to say")
    assert page.shows("No window has had enough truth")
    assert page.shows("insufficient data")
    assert page.shows("It has no rows.")


def test_a_course_is_drawn_in_time_with_its_intervals_and_what_was_usual() -> None:
    points = [Point(NOON, 0.7, 0.6, 0.8, "a"), Point(NOON + 3 * WEEK, 0.5, 0.4, 0.6, "b")]
    image = ElementTree.fromstring(course("roc_auc", points, 0.6, Span(NOON, NOON + 4 * WEEK)))
    (limit,) = [line for line in image.iter("line") if line.get("class") == "limit"]
    first, second = [line for line in image.iter("line") if line.get("class") == "whisker"]
    assert float(limit.get("y1", "")) == pytest.approx(float(first.get("y1", "")), abs=0.2), "0.6 is its lower end"
    assert float(limit.get("y1", "")) == pytest.approx(float(second.get("y2", "")), abs=0.2), "and the other's upper"
    span = (720 - 64 - 56) * 3 / 4
    assert float(second.get("x1", "")) - float(first.get("x1", "")) == pytest.approx(span, abs=0.2)
