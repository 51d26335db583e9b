from __future__ import annotations

import pytest

from serin.domain.judgement.gate import judge
from serin.domain.judgement.sentences import confidence
from tests.unit.domain.judgement.samples import an_evidence, asked


@pytest.mark.parametrize("gain", [None, 0.003, 0.03, -0.03])
def test_each_check_says_number_bound_rule_and_what_came_of_it(gain: float | None) -> None:
    checks = judge(an_evidence(gain), asked()).checks
    assert len(checks) >= 2
    for check in checks:
        assert check.reason.startswith(f"{check.name}: ")
        assert "must be" in check.reason
        assert ("it is not" in check.reason) is (check.outcome == "fail")


def test_a_floor_says_that_the_estimate_decides_and_not_the_bound() -> None:
    (floor,) = [check for check in judge(an_evidence(None), asked()).checks if check.name.startswith("floor of")]
    assert "the estimate must be at least 0.68: it is (with 95% confidence" in floor.reason
    assert "which does not decide" in floor.reason


@pytest.mark.parametrize(
    ("alpha", "text"),
    [(0.05, "95%"), (0.1, "90%"), (0.025, "97.5%"), (0.02, "98%"), (0.00205, "99.79%"), (0.000014, "99.9986%")],
)
def test_a_confidence_is_never_rounded_to_certainty(alpha: float, text: str) -> None:
    assert confidence(alpha) == text
