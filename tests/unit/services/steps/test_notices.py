"""Notices of a release say what happened, its numbers, and what there is to do."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.world import MemoryNotices
from serin.domain.judgement.release_evidence import Counts
from serin.domain.judgement.release_policy import BASIC, ReleasePolicy
from serin.domain.release_record import ReleasePlan
from serin.services.steps.notices import Telling, notice_of, tell_people
from tests.builders import a_judged, a_plan, a_release

RELEASE = a_release(version=2, previous=1)
PLAN = a_plan()
FIRST = a_judged(1, candidate=Counts(60, 1), live=Counts(540, 2), weight=10)
SECOND = a_judged(2, candidate=Counts(41, 2, 1), live=Counts(37, 0), weight=50, outcome="pass", sentence="Passed: 1 %.")
JUDGED = (FIRST, SECOND)


def said(what: Telling, plan: ReleasePlan | None = PLAN, judged: tuple[object, ...] = JUDGED, **release: object) -> str:
    return notice_of(what, replace(RELEASE, **release), "It was so", plan, judged).text  # type: ignore[arg-type]


def test_who_hears_that_a_release_has_begun_hears_what_it_takes() -> None:
    text = said("begun")
    assert text.startswith("Version 2 of late-orders is being released.\nIt was so.\n")
    assert "first asked up to 600 logged requests" in text
    assert "then it gets 10 %, then 50 % of the calls" in text
    assert "at most 0.02 of its calls fail, which takes 300 or more" in text
    assert "it stays where it is and is judged on" in text


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (replace(PLAN, previous=None), "Nothing is live yet to compare it with"),
        (replace(PLAN, policy=BASIC), "all calls at once, after its golden requests"),
        (replace(PLAN, policy=ReleasePolicy("shadow")), "that decides. To pass it must show that"),
        (None, "Follow it: ./scripts/serin release watch late-orders"),
    ],
)
def test_each_strategy_is_told_as_it_is(plan: ReleasePlan | None, says: str) -> None:
    assert says in said("begun", plan)


def test_the_numbers_of_a_step_are_told() -> None:
    text = said("step", judged=(FIRST,))
    assert "60 calls were the candidate's, of which 1 failed; the live version's 540, of which 2 failed." in text


@pytest.mark.parametrize(
    ("inconclusive", "says"), [("hold", "there is enough evidence"), ("ask", "until somebody decides")]
)
def test_who_hears_of_a_held_release_hears_why_and_how_to_go_on(inconclusive: str, says: str) -> None:
    policy = replace(PLAN.policy, inconclusive=inconclusive)  # type: ignore[arg-type]
    text = said("held", replace(PLAN, policy=policy))
    assert f"release.inconclusive: {inconclusive}: without a decision in time it stays where it is" in text
    assert says in text
    assert "It keeps 50 % of the calls." in text
    for command in ("show late-orders --page", "resume late-orders", "abort late-orders"):
        assert command in text
    assert "No caller is answered by it." in said("held", judged=())


def test_a_rollback_says_why_and_what_it_cost_in_all_steps() -> None:
    text = said("rolled_back", id="rel9")
    assert "was rolled back.\nIt was so.\n" in text
    assert "answered 101 calls; 3 of them failed and 1 answer was invalid." in text
    assert "All calls go to version 1." in text
    assert "show late-orders --release rel9 --page" in text
    assert "it answered no caller.\nNothing is live." in said("failed", judged=(), previous=None)


def test_a_live_version_says_what_it_passed_by_or_that_nothing_was_compared() -> None:
    assert "Passed: 1 %." in said("live")
    assert "Nothing was compared" in said("live", judged=())
    assert "rollback late-orders" in said("live")


def test_every_notice_has_a_subject_that_a_mail_can_have() -> None:
    release = a_release(model="m" * 40, version=999_999_999)
    notices = [notice_of(what, release, "It was so", PLAN, JUDGED) for what in get_args(Telling)]
    assert [item.subject for item in notices if len(item.subject) > 99 or "\n" in item.subject] == []
    assert len({item.subject for item in notices}) == len(notices)


def test_a_notice_that_nobody_takes_stops_nothing() -> None:
    catalog, notices = MemoryCatalog(), MemoryNotices(failures=1)
    catalog.save_plan(a_plan(release=RELEASE.id))
    catalog.add_judged(RELEASE.model, replace(FIRST, release=RELEASE.id))
    assert not tell_people("held", RELEASE, "It was so.", catalog=catalog, notices=notices)
    assert tell_people("held", RELEASE, "It was so.", catalog=catalog, notices=notices)
    ((subject, text),) = notices.sent
    assert subject == "Version 2 of late-orders is held"
    assert "It keeps 10 % of the calls." in text
