"""When a live model is trained again, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.domain.experiments import RunStatus
from serin.domain.judgement.retraining.decay import loss_per_day
from serin.domain.judgement.retraining.decide import decide
from serin.domain.judgement.retraining.facts import Attempt, Decayed, Facts, Outcome
from serin.domain.judgement.retraining.policy import MONTH, RetrainingPolicy
from serin.domain.judgement.watching.performance import Performance
from tests.unit.domain.judgement.retraining.observed import DAY, LOSS, NO_LOSS, NOW, an_attempt, observed

POLICY = RetrainingPolicy(every=90 * DAY)
TOO_LITTLE = Performance("log_loss", "INSUFFICIENT_DATA", "log_loss: truth of 1 days.")
VALUE = Performance("value_per_1000", "LOSS", "value is less.", loss=120.0)
DECAY = [Decayed(days * DAY, 0.001 * days) for days in (7, 14, 21, 28)]


@pytest.mark.parametrize(
    ("policy", "parts", "action", "cause"),
    [
        ({}, {}, "none", None),
        ({}, {"performance": NO_LOSS}, "none", None),
        ({}, {"performance": LOSS}, "train", "performance"),
        ({"on_performance": "alert"}, {"performance": LOSS}, "propose", "performance"),
        ({"on_performance": "none"}, {"performance": LOSS}, "none", None),
        ({}, {"performance": LOSS, "truth": "feedback"}, "propose", "performance"),
        ({}, {"drifted": ["temp"], "performance": NO_LOSS}, "none", "drift"),
        ({"on_data_drift": "none"}, {"drifted": ["temp"]}, "none", None),
        ({"on_data_drift": "train"}, {"drifted": ["temp"]}, "train", "drift"),
        ({}, {"live_since": NOW - 90 * DAY}, "train", "schedule"),
        ({}, {"live_since": NOW - 200 * DAY, "attempts": [an_attempt(89)]}, "none", None),
        ({}, {"live_since": NOW - 90 * DAY, "performance": LOSS, "truth": "feedback"}, "train", "schedule"),
        ({"new_rows": 500}, {"new_rows": 499}, "none", None),
        ({"new_rows": 500}, {"new_rows": 500}, "train", "volume"),
        ({"new_rows": 500}, {"new_rows": 500, "live_since": NOW - 90 * DAY}, "train", "volume"),
        ({"window": 20 * DAY}, {}, "train", "age"),
        ({}, {"performance": LOSS, "busy": "release 7"}, "wait", "performance"),
        ({}, {"performance": LOSS, "attempts": [an_attempt(14)]}, "wait", "performance"),
        ({}, {"performance": LOSS, "attempts": [an_attempt(15)]}, "train", "performance"),
        ({}, {"performance": LOSS, "learnt_until": NOW - 14 * DAY}, "wait", "performance"),
        ({}, {"performance": LOSS, "attempts": [an_attempt(0.5, "failed")]}, "wait", "performance"),
        ({}, {"performance": LOSS, "attempts": [an_attempt(1.5, "inconclusive")]}, "train", "performance"),
        ({"trainings_per_month": 0}, {"performance": LOSS}, "wait", "performance"),
    ],
)
def test_what_follows_from_what_was_observed(
    policy: dict[str, Any], parts: dict[str, Any], action: str, cause: str | None
) -> None:
    decision = decide(replace(POLICY, **policy), observed(**parts))
    assert (decision.action, decision.cause) == (action, cause)
    assert decision.sentence.endswith(".")


def test_a_wait_says_until_when_and_a_training_begins_then() -> None:
    facts = observed(performance=LOSS, attempts=[an_attempt(10)])
    waiting = decide(POLICY, facts)
    assert waiting.next_date == NOW + 5 * DAY
    assert waiting.sentence.startswith("A training waits, until 06 June 2013")
    assert decide(POLICY, replace(facts, now=NOW + 5 * DAY)).action == "train"


def test_trainings_that_say_nothing_come_ever_less_often() -> None:
    failed = [an_attempt(days, "failed") for days in (7, 6, 4)]
    assert decide(POLICY, observed(performance=LOSS, attempts=failed[:2])).action == "train"
    assert decide(POLICY, observed(performance=LOSS, attempts=failed)).action == "train"
    decision = decide(POLICY, observed(performance=LOSS, attempts=[*failed, an_attempt(0, "failed")]))
    assert decision.next_date == NOW + 8 * DAY


def test_a_training_names_its_expected_gain_and_its_cost() -> None:
    facts = observed(
        performance=LOSS, value=VALUE, value_unit="USD", predictions_per_day=900.0, training_cost_usd=0.0123
    )
    decision = decide(POLICY, facts)
    assert decision.expected_gain is not None
    assert decision.expected_gain.amount == pytest.approx(0.12 * 900 * 90)
    assert decision.cost_usd == 0.0123
    assert "expected gain 9,720 USD, for $0.0123" in decision.sentence
    by_metric = decide(POLICY, replace(facts, value=None)).expected_gain
    assert by_metric is not None
    assert (by_metric.amount, by_metric.unit) == (0.04, "log_loss")


@pytest.mark.parametrize("lost", [0.0, -50.0])
def test_of_a_model_that_is_no_worse_no_gain_is_expected_and_none_is_made_up(lost: float) -> None:
    better, due = replace(VALUE, status="NO_LOSS_SEEN", loss=lost), {"live_since": NOW - 90 * DAY}
    facts = observed(**due, performance=NO_LOSS, value=better, value_unit="USD", predictions_per_day=900.0)
    assert "expected gain 0 USD." in decide(POLICY, facts).sentence
    improved = replace(facts, value=None, performance=replace(NO_LOSS, loss=lost / 1000))
    assert "expected gain 0 log_loss." in decide(POLICY, improved).sentence
    assert (
        "what it gains is not known, for $0.0100." in decide(POLICY, observed(**due, training_cost_usd=0.01)).sentence
    )


@pytest.mark.parametrize(
    ("attempts", "because"),
    [
        ([an_attempt(14)], "for the days that would judge it have judged before"),
        ([an_attempt(14), an_attempt(0.5, "failed")], "for the days that would judge it have judged before"),
        ([an_attempt(0.5, "failed")], "for the last one ended without a verdict"),
        ([an_attempt(days, "failed") for days in (2, 4, 6, 8)], "for 4 trainings a month are the most"),
    ],
)
def test_a_wait_says_what_it_is_for(attempts: list[Attempt], because: str) -> None:
    decision = decide(replace(POLICY, cooldown=DAY), observed(performance=LOSS, attempts=attempts))
    if attempts[0].outcome == "rejected":
        decision = decide(POLICY, observed(performance=LOSS, attempts=attempts))
    assert decision.action == "wait"
    assert because in decision.sentence


def test_the_decay_says_from_when_a_training_pays() -> None:
    decision = decide(RetrainingPolicy(), observed(decay=DECAY, needed=0.03, performance=NO_LOSS))
    assert decision.next_date == NOW + 10 * DAY
    assert decision.sentence.endswith("The next retraining pays from about 11 June 2013.")
    assert decide(RetrainingPolicy(), observed(decay=DECAY)).next_date is None


def test_a_decay_is_none_where_it_may_as_well_be_chance() -> None:
    assert loss_per_day(DECAY) == pytest.approx(0.001)
    assert loss_per_day(DECAY[:3]) is None
    assert loss_per_day([replace(of, loss=of.loss * (-1) ** place) for place, of in enumerate(DECAY)]) is None


def test_too_little_truth_is_not_called_health() -> None:
    for performance in (None, TOO_LITTLE):
        assert "too little truth" in decide(POLICY, observed(performance=performance)).sentence


def test_an_attempt_s_outcome_is_the_status_of_a_run_that_has_tried_something() -> None:
    assert {*get_args(Outcome), "skipped", "repeated"} == set(get_args(RunStatus))


OUTCOMES = st.sampled_from(get_args(Outcome))
SPANS = st.floats(0, 200).map(lambda days: timedelta(days=days))
POLICIES = st.builds(
    RetrainingPolicy,
    every=st.none() | SPANS,
    new_rows=st.none() | st.integers(1, 1000),
    on_performance=st.sampled_from(["train", "alert", "none"]),
    on_data_drift=st.sampled_from(["train", "alert", "none"]),
    trainings_per_month=st.integers(0, 5),
)
FACTS = st.builds(
    Facts,
    now=st.just(NOW),
    learnt_until=SPANS.map(lambda span: NOW - span),
    live_since=SPANS.map(lambda span: NOW - span),
    new_rows=st.integers(0, 1000),
    attempts=st.lists(st.builds(Attempt, SPANS.map(lambda span: NOW - span), OUTCOMES), max_size=8),
    busy=st.sampled_from([None, "training r1"]),
    performance=st.sampled_from([None, TOO_LITTLE, NO_LOSS, LOSS]),
    truth=st.sampled_from(["dataset", "feedback"]),
    drifted=st.sampled_from([(), ("temp",)]),
)


@given(POLICIES, FACTS)
def test_no_training_begins_against_the_rules(policy: RetrainingPolicy, facts: Facts) -> None:
    decision = decide(policy, facts)
    if decision.action == "train":
        said = [of.at for of in facts.attempts if of.outcome in ("registered", "rejected", "running")]
        assert facts.busy is None
        assert all(facts.now - at >= policy.cooldown for at in [facts.learnt_until, *said])
        assert sum(of.at > facts.now - MONTH for of in facts.attempts) < policy.trainings_per_month
        assert decision.cause != "drift" or policy.on_data_drift == "train"
        assert decision.cause != "performance" or (policy.on_performance, facts.truth) == ("train", "dataset")
    if decision.action in ("train", "propose") and decision.cause == "performance":
        assert facts.performance == LOSS
    if decision.action == "wait":
        assert facts.busy or decision.next_date is None or decision.next_date > facts.now


@given(POLICIES, FACTS)
def test_callers_alone_never_start_a_training(policy: RetrainingPolicy, facts: Facts) -> None:
    said = replace(facts, truth="feedback", performance=LOSS)
    unsaid = replace(said, performance=None)
    assert (decide(policy, said).action == "train") == (decide(policy, unsaid).action == "train")
