"""The page of a release: a chart of each guardrail, the time line of its shares, each verdict as a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from serin.domain.release_record import Shift
from serin.domain.releases import ReleaseStep
from serin.pages.evidence import Span, bet, weights
from serin.pages.release import release_page
from tests.builders import NOON
from tests.unit.pages.pages import HOSTILE, Page
from tests.unit.scripts.releases import FAILED, RUNNING, seen

NOW = NOON + timedelta(hours=2)
HOUR = timedelta(hours=1)
SPAN = Span(NOON, NOON + HOUR)


def test_the_page_says_why_what_it_cost_and_every_verdict() -> None:
    page = Page(release_page(seen(FAILED, status="rolled_back", reason="Failed: errors: 8 of 9"), NOW))
    assert page.shows("Failed: errors: 8 of 9.")
    assert page.shows("50")
    for sentence in (
        "Goes on: not enough evidence: 30 more calls of the candidate.",
        "Goes on: nothing speaks against",
    ):
        assert page.shows(sentence)
    captions = ["All together, by weight", "errors", "quality", "disagreement", "invalid outputs", "latency"]
    captions.append("latency in traffic")
    assert [text for text in page.texts if text in captions][:7] == captions
    assert page.shows("0 pairs of sandboxes, 5 are needed; it stops nothing")
    assert len(page.images()) == 1 + len(captions)


def test_a_release_that_nothing_was_bet_on_has_its_verdicts_and_no_chart_of_bets() -> None:
    shown = seen(RUNNING, status="live")
    nothing = [replace(one, checks=(), against=0.0, enough=0.0) for one in shown.judged]
    page = Page(release_page(replace(shown, judged=nothing), NOW))
    assert page.shows("nothing stood beside it to bet on")
    assert page.shows("judgements, the newest first")
    assert not page.shows("All together, by weight")


def test_a_bet_is_drawn_on_a_logarithmic_scale_with_the_line_from_which_on_it_rejects() -> None:
    points = [(NOON, 1e-9), (NOON + HOUR / 2, 1.0), (NOON + HOUR, 100.0)]
    image = ElementTree.fromstring(bet("errors", 0, points, 10.0, SPAN))
    places = [float(point.split(",")[1]) for point in image.find(".//polyline").get("points", "").split()]  # type: ignore[union-attr]
    (limit,) = [line for line in image.iter("line") if line.get("class") == "limit"]
    assert places[0] - places[1] == pytest.approx(places[1] - places[2], abs=0.2), "a hundredth, 1 and a hundred"
    assert float(limit.get("y1", "")) == pytest.approx((places[1] + places[2]) / 2, abs=0.2)
    assert [text.text for text in image.iter("text")].count("12:30") == 1


def test_the_shares_are_boxes_from_each_move_to_the_next() -> None:
    image = ElementTree.fromstring(weights([(NOON, 0), (NOON + HOUR / 4, 10), (NOON + HOUR / 2, 50)], SPAN))
    boxes = [
        (float(box.get("x", "")), float(box.get("width", "")), float(box.get("height", "")))
        for box in image.iter("rect")
    ]
    assert boxes[1][0] + boxes[1][1] == pytest.approx(boxes[2][0], abs=0.2)
    assert boxes[2][1] == pytest.approx(2 * boxes[1][1], abs=0.2)
    assert [round(high / boxes[1][2], 1) for _, _, high in boxes] == [0.0, 1.0, 5.0]


def test_a_release_that_was_taken_back_has_no_calls_from_then_on() -> None:
    found = seen(FAILED, status="rolled_back")
    ended = NOON + timedelta(minutes=45)
    steps = [*found.steps, ReleaseStep("rel1", "abandon", ended, "errors")]
    page = Page(release_page(type(found)(found.release, found.plan, found.shifts, steps, found.judged), NOW))
    assert "10 % from 2013-04-01 12:11Z to 2013-04-01 12:45Z" in page.text


def test_what_was_not_judged_is_said_and_not_drawn() -> None:
    page = Page(release_page(seen([], status="live"), NOW))
    assert page.shows("shadow")
    basic = seen([], status="live")
    page = Page(release_page(type(basic)(basic.release, None, [], basic.steps, []), NOW))
    assert page.images() == []
    assert page.shows("Nothing was judged: there was nothing to compare it with")


def test_nothing_of_a_release_is_markup() -> None:
    found = seen(RUNNING, status="held", reason=HOSTILE, id=HOSTILE, cause=HOSTILE)
    page = Page(release_page(found, NOW))
    assert page.shows("<script>alert(1)</script>")


def test_a_share_of_an_instant_is_drawn() -> None:
    found = seen(RUNNING)
    shifts = [Shift("rel1", 10, NOON, NOON)]
    assert Page(release_page(type(found)(found.release, None, shifts, [], []), NOW)).images()
