"""What the gate asks of a challenger by what its training began for."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.domain.judgement.gate import judge
from serin.domain.judgement.policy import UNASKED_ALPHA, GatePolicy
from serin.domain.judgement.retraining.decision import Cause
from serin.domain.judgement.retraining.unasked import OBSERVED, UNASKED, gate_for
from serin.domain.judgement.verdicts import Verdict
from tests.unit.domain.judgement.samples import a_sample, an_evidence, asked

GATE = GatePolicy("log_loss", 0.05, "day", 0.0005)
WITHIN = "gain over the champion within days"


def judged(cause: str, gain: float, spread: float = 0.01, **parts: Any) -> Verdict:
    return judge(an_evidence(over_champion=a_sample(gain, spread), **parts), asked(gate=gate_for(cause, GATE)))


def test_what_was_seen_or_a_person_asks_for_is_judged_by_the_charters_alpha() -> None:
    for cause in ("performance", "drift", "call", "features", "rerun"):
        assert gate_for(cause, GATE) == GATE
        assert gate_for(cause, GATE).champion_alpha == GATE.alpha


def test_every_cause_is_one_or_the_other() -> None:
    assert set(get_args(Cause)) == OBSERVED | UNASKED
    assert OBSERVED.isdisjoint(UNASKED)
    for cause in UNASKED:
        assert gate_for(cause, GATE).champion_alpha == pytest.approx(GATE.alpha * UNASKED_ALPHA)


@given(st.floats(-0.01, 0.03), st.floats(1e-4, 0.02), st.none() | st.floats(-0.01, 0.03))
def test_what_the_calendars_gate_lets_in_any_cause_would(gain: float, spread: float, within: float | None) -> None:
    parts = {"within_days": None if within is None else a_sample(within)}
    by_calendar, seen = (judged(cause, gain, spread, **parts) for cause in ("schedule", "performance"))
    assert by_calendar.outcome != "pass" or seen.outcome == "pass"
    assert by_calendar.power is not None
    assert seen.power is not None
    assert by_calendar.power >= seen.power


def test_a_gain_that_is_enough_for_a_loss_that_was_seen_is_not_for_the_calendar_and_the_verdict_says_why() -> None:
    assert judged("performance", 0.0062).outcome == "pass"
    verdict = judged("schedule", 0.0062)
    assert verdict.outcome == "fail"
    assert "with 97.5% confidence (nothing that was seen asked for this training)" in verdict.sentence


def test_a_gain_by_the_days_level_alone_is_not_enough_for_the_calendar() -> None:
    by_level: dict[str, Any] = {"within_days": a_sample(0.0)}
    verdict = judged("schedule", 0.03, **by_level)
    assert verdict.outcome == "fail"
    assert [check.name for check in verdict.checks if check.outcome == "fail"] == [WITHIN]
    assert judged("schedule", 0.03, within_days=a_sample(0.03)).outcome == "pass"


def test_a_lasting_change_of_level_that_truth_showed_is_not_asked_for_more() -> None:
    verdict = judged("performance", 0.03, within_days=a_sample(0.0))
    assert verdict.outcome == "pass"
    assert WITHIN not in [check.name for check in verdict.checks]


def test_other_checks_are_as_sure_whatever_began_the_training() -> None:
    by_calendar, seen = (judged(cause, 0.03, within_days=a_sample(0.03)) for cause in ("schedule", "call"))
    about_champion = {"gain over the champion", WITHIN}
    others = [[check for check in of.checks if check.name not in about_champion] for of in (by_calendar, seen)]
    assert others[0] == others[1]
    assert len(others[0]) >= 2
