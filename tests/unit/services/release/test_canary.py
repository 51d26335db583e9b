"""A release by evidence: shadow, shares of traffic, the promotion and the time after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import pytest

from serin.domain.approvals import Approval, Word
from serin.domain.auditing.effects import asked_for_release, asked_for_training
from serin.domain.errors import Conflict, Denied, Invalid
from serin.domain.judgement.release_evidence import Stops
from serin.domain.judgement.release_policy import CanaryPolicy, Margins, ShadowPolicy
from serin.domain.people import People
from serin.domain.release_course import ROUNDS, Course
from serin.ports import Alarm, AliasState
from serin.services.answer_approval import answer_approval
from serin.services.release.abandon import abandon
from tests.builders import an_asking
from tests.unit.services.releasing import MODEL, World, policy, with_live

DAY = timedelta(days=1)


def test_a_good_candidate_goes_through_shadow_and_every_share_and_is_live() -> None:
    world = with_live()
    assert world.release("rel2", 2).status == "live"
    assert world.outcomes("rel2") == ["shadow continue", "canary continue", "canary pass", "bake continue"]
    assert world.weights("rel2") == [10, 50, 100]
    assert (world.serving(), world.live()) == (2, 2)
    assert world.told == [
        ("begun", "rel2", "Version 2 is being released; live is version 1."),
        ("step", "rel2", "Version 2 has 10 % of the traffic."),
        ("step", "rel2", "Version 2 has 50 % of the traffic."),
        ("live", "rel2", "Version 2 is live."),
    ]
    assert world.lease_is_free()


def test_what_a_release_goes_by_is_fixed_when_it_opens() -> None:
    world = with_live()
    world.counts("Throttles", 7)
    world.metrics.known[MODEL] = [Alarm("late", "ALARM"), Alarm("errors", "OK"), Alarm("cost", "INSUFFICIENT_DATA")]
    world.until("rel2", 2, "shadow")
    plan = world.catalog.plan(MODEL, "rel2")
    assert (plan.previous, plan.function_version, plan.weights) == ("2", "3", (10, 50))
    assert (plan.alarms, plan.throttles, plan.latency_ms) == (("late", "cost"), 7, 200.0)
    world.policy = policy(alpha=0.5)
    world.metrics.known.clear()
    world.step("rel2", Course("open"))
    assert world.catalog.plan(MODEL, "rel2") == plan


@pytest.mark.parametrize(("calls", "weights"), [(2400, (50,)), (144_000, (10, 50))])
def test_an_endpoint_with_few_calls_takes_the_steps_for_it(calls: int, weights: tuple[int, ...]) -> None:
    world = with_live()
    world.counts("Invocations", calls)
    world.until("rel2", 2, "shadow")
    assert world.catalog.plan(MODEL, "rel2").weights == weights


def test_what_traffic_cannot_decide_is_refused_before_it_is_paid_for() -> None:
    world = with_live(policy(inconclusive="roll_back"))
    world.counts("Invocations", 100)
    with pytest.raises(
        Invalid, match="takes 300 calls of the candidate, with steps 50 % 600 requests; 100 are expected"
    ):
        world.release("rel2", 2)
    world.abandon("rel2", "Invalid: refused")
    assert len(world.endpoint.versions) == 1
    assert (world.known("rel2").status, world.serving()) == ("failed", 1)


def test_without_a_day_of_history_no_traffic_is_refused() -> None:
    world = with_live(policy(inconclusive="roll_back"))
    world.clock.moment -= timedelta(days=6, hours=1)
    world.counts("Invocations", 100)
    world.until("rel2", 2, "shadow")
    assert world.catalog.plan(MODEL, "rel2").weights == (10, 50)


def test_a_candidate_that_fails_is_rolled_back_at_its_first_share() -> None:
    world = with_live()
    world.traffic.failing = 0.3
    release = world.release("rel2", 2)
    assert (release.status, world.weights("rel2")) == ("rolled_back", [10])
    assert (world.serving(), world.live()) == (1, 1)
    assert release.reason is not None
    assert release.reason.startswith("Failed: errors: the candidate had")
    assert world.told[-1] == ("rolled_back", "rel2", release.reason)
    assert world.lease_is_free()


def test_a_candidate_that_fails_in_the_shadow_sees_no_traffic() -> None:
    world = with_live()
    world.traffic.pairs_failing = 300
    world.traffic.stops = Stops(longest_run=300)
    assert (world.release("rel2", 2).status, world.weights("rel2")) == ("failed", [])


@pytest.mark.parametrize(
    ("strategy", "outcomes"),
    [
        ("canary", ["shadow continue", "canary continue", "canary pass", "bake continue"]),
        ("shadow", ["shadow continue", "shadow pass", "bake continue"]),
    ],
)
def test_nobody_is_let_in_before_it_is_known_how_long_the_shadows_calls_took(
    strategy: Literal["canary", "shadow"], outcomes: list[str]
) -> None:
    world = with_live(policy(strategy=strategy))
    world.traffic.shadow_calls = 240
    assert world.release("rel2", 2).status == "live"
    assert world.outcomes("rel2") == outcomes
    first, second, *_ = world.catalog.judged(MODEL, "rel2")
    assert first.sentence.startswith("Goes on: 240 calls have just been made")
    assert (first.looked_at, second.phase) == (0, "shadow")
    assert second.at - first.at >= timedelta(minutes=1)


def test_what_fails_in_the_shadow_is_not_waited_for() -> None:
    world = with_live()
    world.traffic.shadow_calls, world.traffic.stops = 20, Stops(longest_run=300)
    assert world.release("rel2", 2).status == "failed"
    assert world.outcomes("rel2") == ["shadow fail"]


@pytest.mark.parametrize("stops", [Stops(throttled=True), Stops(alarms=("errors",)), Stops(init_failure="no numpy")])
def test_what_stops_a_candidate_after_the_promotion_takes_it_back(stops: Stops) -> None:
    world = with_live()
    course = world.until("rel2", 2, "bake")
    assert world.serving() == 2
    world.traffic.stops = stops
    course = world.walk("rel2", course)
    assert course.next == "abandon"
    world.abandon("rel2", course.reason)
    assert (world.known("rel2").status, world.serving(), world.live()) == ("rolled_back", 1, 1)


def test_with_the_strategy_shadow_its_pass_promotes() -> None:
    world = with_live(policy(strategy="shadow"))
    assert world.release("rel2", 2).status == "live"
    assert (world.outcomes("rel2"), world.weights("rel2")) == (["shadow pass", "bake continue"], [100])


def test_a_shadow_without_enough_requests_leaves_it_to_the_canary() -> None:
    world = with_live()
    world.traffic.pairs = 5
    assert world.release("rel2", 2).status == "live"
    assert world.outcomes("rel2")[:3] == ["shadow continue", "shadow inconclusive", "canary continue"]
    shadow_end = world.catalog.shifts(MODEL, "rel2")[0].began - world.catalog.plan(MODEL, "rel2").began
    assert DAY <= shadow_end < DAY * 1.1


def test_requests_are_asked_again_at_each_look_of_the_shadow_and_never_after_it() -> None:
    world = with_live()
    world.traffic.pairs = 5
    course = world.until("rel2", 2, "shadow")
    for _ in range(3):
        course = world.step("rel2", course)
    world.traffic.pairs = 600
    world.walk("rel2", course)
    assert len(world.traffic.asked) == 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inconclusive", "status", "weight"), [("roll_back", "rolled_back", 0), ("hold", "held", 50), ("ask", "held", 50)]
)
def test_without_traffic_a_release_is_never_promoted(inconclusive: str, status: str, weight: int) -> None:
    world = with_live(policy(inconclusive=inconclusive))
    world.traffic.per_minute = 0.2
    course, until = world.begin("rel2", 2), world.clock.now() + 3 * DAY
    while course.next not in {"abandon", "end"} and world.clock.now() < until:
        course = world.step("rel2", course)
    if course.next == "abandon":
        world.abandon("rel2", course.reason)
        assert course.reason.startswith("Undecided: the deadline has passed")
    assert world.known("rel2").status == status
    assert world.live() == 1
    split = world.endpoint.alias(MODEL)
    assert split.function_version == "2"
    assert (sum(split.weights.values()) > 0) == (weight > 0)
    assert [telling for telling, _, _ in world.told].count("held") == (status == "held")


def test_with_hold_it_is_judged_on_after_its_deadline_and_goes_live_when_calls_come() -> None:
    world = with_live(policy(inconclusive="hold"))
    world.traffic.per_minute = 0
    course = world.until("rel2", 2, "judge")
    while world.known("rel2").status != "held":
        course = world.step("rel2", course)
    assert world.known("rel2").reason == "The deadline has passed; it is judged on."
    world.traffic.per_minute = 100
    world.walk("rel2", course)
    assert world.known("rel2").status == "live"


@pytest.mark.slow
def test_who_is_asked_gives_it_as_long_again_or_ends_it() -> None:
    world = with_live(policy(inconclusive="ask"))
    world.traffic.per_minute = 0
    course = world.until("rel2", 2, "judge")
    while world.known("rel2").status != "held":
        course = world.step("rel2", course)
    world.wish("rel2", "resume")
    asked = world.clock.now()
    course = world.step("rel2", course)
    assert world.known("rel2").status == "running"
    while world.known("rel2").status != "held":
        course = world.step("rel2", course)
    assert DAY <= world.clock.now() - asked < 1.1 * DAY
    world.wish("rel2", "abort")
    course = world.step("rel2", course)
    assert (course.next, course.reason) == ("abandon", "Aborted by ana.")


def asking() -> tuple[World, Course, Approval]:
    """A release that has asked people, since its deadline passed with too few calls."""
    world = with_live(policy(inconclusive="ask"))
    world.traffic.per_minute = 0.2
    course = world.until("rel2", 2, "judge")
    while world.known("rel2").status != "held":
        course = world.step("rel2", course)
    (question,) = world.catalog.latest_approvals(MODEL).items
    return world, course, question


def answer(world: World, question: Approval, word: Word, why: str = "") -> None:
    ports: Any = {"catalog": world.catalog, "clock": world.clock, "workflows": world.workflows}
    answer_approval(MODEL, question.id, word, why, "ana", "t1", world.people, **ports)


def test_what_people_approve_goes_live_on_the_figures_they_were_shown() -> None:
    world, course, question = asking()
    assert "Undecided" in question.question
    assert question.figures
    last = world.catalog.last_judged(MODEL, "rel2")
    for _ in range(3):
        course = world.step("rel2", course)
    assert world.catalog.last_judged(MODEL, "rel2") == last, "what was shown has changed under who answers"
    answer(world, question, "approve")
    world.walk("rel2", course)
    assert (world.known("rel2").status, world.live()) == ("live", 2)


def test_what_people_reject_is_taken_back_with_their_reason() -> None:
    world, course, question = asking()
    answer(world, question, "reject", "not on a holiday")
    assert world.step("rel2", course).reason == "Rejected by ana: not on a holiday"


def agreeing(**roles: tuple[str, ...]) -> World:
    world = with_live()
    world.people = People({"ml_engineer": ("ana",), "data_scientist": ("sam",)}, **roles)
    return world


def test_no_caller_is_answered_before_each_role_that_the_charter_wants_has_agreed() -> None:
    world = agreeing(release=("ml_engineer", "data_scientist"))
    course = world.until("rel2", 2, "open")
    for _ in range(3):
        course = world.step("rel2", course)
    assert (course.next, world.known("rel2").status) == ("open", "held")
    assert world.known("rel2").reason == "Waits for the word of ml_engineer and data_scientist."
    questions = world.catalog.latest_approvals(MODEL).items
    by_role = {question.roles[0]: question for question in questions}
    with pytest.raises(Denied, match="ana is no data_scientist"):
        answer(world, by_role["data_scientist"], "approve")
    answer(world, by_role["ml_engineer"], "approve")
    assert world.step("rel2", course).next == "open"
    world.people = replace(world.people, who={"ml_engineer": ("ana",), "data_scientist": ("ana",)})
    world.step("rel2", course)
    assert world.catalog.approval(MODEL, by_role["data_scientist"].id).status == "void", "another has the role"
    (asked_anew,) = [one for one in world.catalog.latest_approvals(MODEL).items if one.is_open]
    answer(world, asked_anew, "approve")
    world.walk("rel2", course)
    assert (world.known("rel2").status, world.live()) == ("live", 2)


@pytest.mark.parametrize("work", ["rel2", "run"])
def test_who_asked_for_a_release_or_for_the_training_of_its_version_does_not_agree_to_it(work: str) -> None:
    world = agreeing(release=("ml_engineer",))
    run = world.catalog.version(MODEL, 2).run
    asked = asked_for_training(MODEL, run, "now", an_asking())
    world.catalog.note_effect(asked if work == "run" else asked_for_release(MODEL, work, "version 2", an_asking()))
    world.step("rel2", world.until("rel2", 2, "open"))
    (question,) = world.catalog.latest_approvals(MODEL).items
    assert question.requested_by == ("ana",)
    with pytest.raises(Denied, match="ana has asked for this"):
        answer(world, question, "approve")
    world.people = replace(world.people, four_eyes=False)
    answer(world, question, "approve")


def test_once_a_release_has_ended_nobody_need_answer_what_was_asked_and_nobody_can() -> None:
    world = agreeing(release=("ml_engineer", "data_scientist"))
    world.step("rel2", world.until("rel2", 2, "open"))
    by_role = {question.roles[0]: question for question in world.catalog.latest_approvals(MODEL).items}
    answer(world, by_role["ml_engineer"], "approve")
    abandon(world.context("rel2"), "Aborted by ana.")
    kept = {one.roles[0]: (one.status, one.because) for one in world.catalog.latest_approvals(MODEL).items}
    assert kept["data_scientist"] == ("void", "the release has ended: failed")
    assert kept["ml_engineer"] == ("approved", None), "what was said was said"
    world.people = replace(world.people, who={"data_scientist": ("ana",)})
    with pytest.raises(Conflict, match="is void: the release has ended: failed"):
        answer(world, by_role["data_scientist"], "approve")


def test_a_word_of_who_has_the_role_no_more_does_not_count() -> None:
    world = agreeing(release=("ml_engineer",))
    course = world.until("rel2", 2, "open")
    course = world.step("rel2", course)
    (question,) = world.catalog.latest_approvals(MODEL).items
    answer(world, question, "approve")
    world.people = replace(world.people, who={"ml_engineer": ("sam",)})
    assert world.step("rel2", course).next == "open"
    assert world.catalog.approval(MODEL, question.id).status == "void"
    world.people = replace(world.people, who={"ml_engineer": ("ana",)})
    assert world.step("rel2", course).next == "open"
    assert world.known("rel2").reason == "Waits for the word of ml_engineer."
    (asked_again,) = [one for one in world.catalog.latest_approvals(MODEL).items if one.is_open]
    answer(world, asked_again, "approve")
    assert world.step("rel2", course).next != "open"


def test_nobody_who_answers_is_reminded_each_day_and_in_a_week_it_is_taken_back() -> None:
    world, course, question = asking()
    for _ in range(7):
        for _ in range(2):
            course = world.step("rel2", Course("judge", 43_200))
    assert course.reason == f"Nobody has answered approval {question.id} in time."
    assert [telling for telling, _, _ in world.told].count("asked") == 7
    assert world.catalog.approval(MODEL, question.id).status == "expired"


@pytest.mark.slow
def test_an_approval_is_void_once_calls_have_decided_or_somebody_resumes() -> None:
    world, course, question = asking()
    answer(world, question, "approve")
    world.traffic.failing, world.traffic.per_minute = 0.5, 100
    world.clock.advance(DAY / 24)
    assert world.step("rel2", course).next == "abandon"
    assert world.catalog.approval(MODEL, question.id).status == "void"
    world, course, question = asking()
    world.wish("rel2", "resume")
    world.step("rel2", course)
    assert world.catalog.approval(MODEL, question.id).status == "void"
    assert world.known("rel2").status == "running"


def test_a_candidate_that_fails_is_taken_back_though_a_person_holds_it_or_is_asked() -> None:
    for wish in ("hold", "resume"):
        world = with_live(policy(inconclusive="ask"))
        course = world.until("rel2", 2, "judge")
        world.wish("rel2", wish)  # type: ignore[arg-type]
        world.traffic.failing = 0.5
        assert world.walk("rel2", course).next == "abandon"


def test_a_held_release_keeps_its_share_until_it_is_resumed() -> None:
    world = with_live()
    course = world.until("rel2", 2, "judge")
    world.wish("rel2", "hold")
    for _ in range(30):
        course = world.step("rel2", course)
    assert (course.next, world.weights("rel2")) == ("judge", [10])
    assert (world.known("rel2").status, world.known("rel2").reason) == ("held", "Held by ana.")
    world.wish("rel2", "resume")
    world.walk("rel2", course)
    assert world.known("rel2").status == "live"
    assert [telling for telling, _, _ in world.told].count("held") == 1


def test_a_wish_for_another_release_is_none_of_this_ones() -> None:
    world = with_live()
    world.wish("rel1", "abort")
    assert world.release("rel2", 2).status == "live"


def test_a_planned_look_is_taken_once_though_its_answer_was_lost() -> None:
    """The look that passed is remembered: a repeat reads it, and a held release has it still when it is resumed."""
    world = with_live()
    course = world.until("rel2", 2, "promote")
    judged = world.catalog.last_judged(MODEL, "rel2")
    assert (course.next, judged.outcome) == ("promote", "pass")
    world.traffic.per_minute = 0
    world.traffic.failing = 0.004
    assert world.step("rel2", Course("judge")).next == "promote"
    world.wish("rel2", "hold")
    assert world.step("rel2", Course("judge")).next == "judge"
    world.wish("rel2", "resume")
    assert world.step("rel2", Course("judge")).next == "promote"
    assert world.catalog.last_judged(MODEL, "rel2") == judged


def test_a_share_is_set_once_though_the_answer_was_lost() -> None:
    world = with_live()
    world.until("rel2", 2, "judge")
    again = world.step("rel2", Course("shift"))
    assert (again.next, world.weights("rel2")) == ("judge", [10])
    with pytest.raises(Conflict, match="has not passed"):
        world.step("rel2", Course("promote"))


def test_an_alias_that_somebody_moves_freezes_the_release_until_it_is_back() -> None:
    world = with_live()
    course = world.until("rel2", 2, "judge")
    ours = world.endpoint.alias(MODEL)
    world.endpoint.aliases[MODEL] = AliasState("2", {"3": 0.3}, "r77")
    for _ in range(3):
        course = world.step("rel2", course)
    assert (course.next, world.known("rel2").status) == ("judge", "held")
    assert "Somebody else has changed the alias" in (world.known("rel2").reason or "")
    assert world.step("rel2", Course("shift")).next == "judge"
    assert world.endpoint.alias(MODEL) == AliasState("2", {"3": 0.3}, "r77")
    assert [telling for telling, _, _ in world.told].count("held") == 1
    world.endpoint.aliases[MODEL] = replace(ours, revision="r78")
    world.walk("rel2", course)
    assert world.known("rel2").status == "live"


@pytest.mark.parametrize("until", ["publish", "golden", "open"])
def test_a_version_that_somebody_has_put_there_meanwhile_is_not_taken_for_the_live_one(until: str) -> None:
    """It would be what the candidate is compared with, and what the release is put back to."""
    world = with_live()
    course = world.until("rel2", 2, until)
    world.endpoint.aliases[MODEL] = AliasState("77", {}, "r77")
    with pytest.raises(Conflict, match="was changed while version 2 was being released"):
        world.walk("rel2", course)
    world.abandon("rel2")
    assert world.endpoint.alias(MODEL).function_version == "77"
    assert world.reconcile().found == "changed by somebody else"


def test_a_release_that_opens_twice_goes_by_its_first_plan() -> None:
    world = with_live()
    world.until("rel2", 2, "judge")
    assert world.step("rel2", Course("open")).next == "shadow"
    plan = world.catalog.plan(MODEL, "rel2")
    assert plan is not None
    assert (plan.previous, world.weights("rel2")) == ("2", [10])


def test_a_basic_release_whose_alias_somebody_moves_ends() -> None:
    world = with_live(policy(strategy="basic"))
    course = world.until("rel2", 2, "promote")
    world.endpoint.aliases[MODEL] = AliasState("77", {}, "r77")
    with pytest.raises(Conflict, match="was changed while version 2"):
        world.step("rel2", course)
    world.abandon("rel2")
    assert world.endpoint.alias(MODEL).function_version == "77"


@pytest.mark.slow
def test_a_long_release_goes_on_in_a_new_execution_under_the_same_lease() -> None:
    world = with_live(policy(canary=CanaryPolicy(deadline=timedelta(days=90))))
    world.traffic.per_minute = 0
    course = world.until("rel2", 2, "continue")
    assert (course.next, course.then) == ("continue", "judge")
    for _ in range(2):
        assert world.step("rel2", course).next == "end"
    ((name, onward),) = world.workflows.continued.items()
    assert (name, onward) == (f"rel2-c{ROUNDS + 1}", Course("judge", course.seconds))
    world.traffic.per_minute = 100
    world.walk("rel2", onward)
    assert (world.known("rel2").status, world.known("rel2").epoch) == ("live", 2)


def test_the_longest_wait_does_not_outlast_the_lease() -> None:
    world = with_live(policy(canary=CanaryPolicy(deadline=timedelta(days=90)), shadow=ShadowPolicy(0)))
    world.traffic.per_minute = 0
    course = world.until("rel2", 2, "judge")
    waits = []
    for _ in range(300):
        waits.append(course.seconds)
        world.clock.advance(timedelta(seconds=course.seconds))
        assert not world.lease_is_free()
        course = world.step("rel2", replace(course, seconds=0))
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (60, 7776)


def test_a_wide_margin_decides_early() -> None:
    world = with_live(policy(margins=Margins(error_rate=0.1), shadow=ShadowPolicy(20)))
    world.release("rel2", 2)
    passed = next(one for one in world.catalog.judged(MODEL, "rel2") if one.outcome == "pass")
    assert passed.candidate.calls + passed.live.calls < 200
