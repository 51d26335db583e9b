"""Notices of a release say what happened, its numbers, and what there is to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from serin.adapters.memory.world import MemoryNotices
from serin.domain.judgement.release_evidence import Counts
from serin.domain.judgement.release_policy import BASIC, ReleasePolicy
from serin.domain.releases import Intent, Parked
from serin.ports import AliasState
from serin.services.steps.notices import (
    Notice,
    begun,
    frozen,
    held,
    live,
    rolled_back,
    step_done,
    tell,
    waiting,
)
from tests.builders import NOON, a_judged, a_plan, a_release

MODEL = "late-orders"
PLAN = a_plan(policy=ReleasePolicy(), weights=(10, 50), previous="3")
JUDGED = a_judged(candidate=Counts(41, 1), live=Counts(370, 2), weight=10, sentence="Goes on: nothing speaks against.")


def test_who_hears_that_a_release_has_begun_hears_what_it_takes() -> None:
    text = begun(PLAN).text
    assert "first asked up to 600 logged requests" in text
    assert "then it gets 10 %, then 50 % of the calls" in text
    assert "at most 0.02 of its calls fail, which takes 300 or more" in text
    assert "it stays where it is and is judged on" in text


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (replace(PLAN, previous=None), "Nothing is live yet to compare it with"),
        (replace(PLAN, policy=BASIC), "all calls at once, after its golden requests"),
        (replace(PLAN, policy=ReleasePolicy("shadow", inconclusive="ask")), "that decides. To pass it must show that"),
    ],
)
def test_each_strategy_is_told_as_it_is(plan: object, says: str) -> None:
    assert says in begun(plan).text  # type: ignore[arg-type]


def test_numbers_are_told_with_every_step_and_what_comes_next() -> None:
    text = step_done(PLAN, JUDGED, 50).text
    assert "41 calls were the candidate's, of which 1 failed; the live version's 370, of which 2 failed" in text
    assert "now gets 50 % of the calls" in text
    assert "now gets all calls" in step_done(PLAN, JUDGED, 100).text


@pytest.mark.parametrize(
    ("inconclusive", "says"), [("hold", "there is enough evidence"), ("ask", "until somebody decides")]
)
def test_who_hears_of_a_held_release_hears_why_and_how_to_go_on(inconclusive: str, says: str) -> None:
    policy = replace(PLAN.policy, inconclusive=inconclusive)  # type: ignore[arg-type]
    text = held(replace(PLAN, policy=policy), JUDGED).text
    assert f"release.inconclusive: {inconclusive}, so it stays where it is" in text
    assert says in text
    assert "It keeps 10 % of the calls." in text
    for command in ("show late-orders --page", "resume late-orders", "abort late-orders"):
        assert command in text


def test_a_frozen_release_says_what_the_alias_should_be_and_is() -> None:
    intent = Intent(MODEL, "rel1", 4, "3", "3", "4", 10)
    text = frozen(a_release(), intent, AliasState("3", {"4": 0.5}, "r")).text
    assert "should send 10 % to function version 4 and the rest to 3; it sends 50 % to function version 4" in text
    assert "sends all calls to function version 9" in frozen(a_release(), intent, AliasState("9", {}, "r")).text


def test_a_rollback_says_why_and_what_it_cost() -> None:
    failed = a_release(status="rolled_back", previous=1, reason="Failed: errors: the candidate had 5 of 6 failures")
    text = rolled_back(failed, JUDGED).text
    assert "5 of 6 failures. All calls go to version 1." in text
    assert "answered 41 calls of callers; 1 of them failed and 0 answers were invalid" in text
    assert "No caller was answered by it." in rolled_back(replace(failed, previous=None), None).text
    assert "Nothing is live." in rolled_back(replace(failed, previous=None), None).text


def test_a_version_that_was_compared_with_nothing_says_so_when_it_is_live() -> None:
    assert "Nothing was compared" in live(a_release(), None).text
    assert "late-orders go to version" in live(a_release(), JUDGED).text
    assert "rollback late-orders" in live(a_release(), JUDGED).text


def test_every_notice_has_a_subject_a_mail_can_have() -> None:
    parked = Parked(MODEL, "rel2", 3, "call", NOON, "c")
    intent = Intent(MODEL, "rel1", 4, "3", "3")
    name = "m" * 40
    notices = [
        begun(replace(PLAN, model=name)),
        waiting(replace(parked, model=name), "rel1"),
        step_done(replace(PLAN, model=name), JUDGED, 50),
        held(replace(PLAN, model=name), JUDGED),
        frozen(a_release(model=name), intent, AliasState("9", {}, "r")),
        rolled_back(a_release(model=name), None),
        live(a_release(model=name), None),
    ]
    assert [notice.subject for notice in notices if len(notice.subject) > 99 or "\n" in notice.subject] == []
    assert "rel1" in waiting(parked, "rel1").text


def test_a_notice_that_nobody_takes_stops_nothing() -> None:
    notices = MemoryNotices(failures=1)
    assert not tell(Notice("late", "text"), notices=notices)
    assert tell(Notice("late", "text"), notices=notices)
    assert notices.sent == [("late", "text")]
