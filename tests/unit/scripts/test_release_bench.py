"""The judge's promises in a short form; `./scripts/bench release` has the long one, beside others' rules."""

from __future__ import annotations

import numpy as np
import pytest

from benches.releasing.goals import GOALS, unmet
from benches.releasing.outcomes import Row, row
from benches.releasing.peers import alarm, peeked_z, threshold
from benches.releasing.rows import ends
from benches.releasing.serin_rule import serin
from benches.releasing.world import longest_run

SEED = 20130502
REPETITIONS = 40


def found(case: str) -> Row:
    return row(ends(serin, case, SEED, REPETITIONS))


LONG = [pytest.param(case, marks=pytest.mark.slow) for case in ("equal_10k", "equal_outage", "equal_sandbox")]


@pytest.mark.slow
@pytest.mark.parametrize("case", ["equal_500", *LONG, "silence"])
def test_equal_versions_are_seldom_rolled_back(case: str) -> None:
    # With a true share of .05, 40 releases show more than 7 in fewer than one of a thousand seeds.
    assert found(case)["rolled_back"] <= 7 / 40, f"seed {SEED}"


@pytest.mark.parametrize("case", ["errors_05_5", "slow", "nonsense", "shifted_scores", "shadow_6_1"])
def test_a_worse_candidate_is_rolled_back(case: str) -> None:
    assert found(case)["rolled_back"] >= 0.85, f"seed {SEED}"


@pytest.mark.parametrize("case", ["silence", "retries"])
def test_what_is_no_evidence_never_promotes(case: str) -> None:
    assert found(case)["promoted"] == 0, f"seed {SEED}"


def test_others_promote_on_silence_or_roll_back_on_it() -> None:
    def end(rule: object) -> str:
        assert callable(rule)
        (one,) = ends(rule, "silence", SEED, 1)
        return one.status

    assert end(lambda world: alarm(world, wait=40, share=0.02, slow=0.2, period=4, points=1)) == "promoted"
    assert end(lambda world: threshold(world, interval=4, share=0.02, slow=0.2, failed_checks=2)) == "rolled_back"
    assert end(lambda world: peeked_z(world, wait=40, critical=1.645)) == "promoted"


def test_a_run_ends_with_an_answer_of_the_candidate_or_a_failure_of_live() -> None:
    hit = np.array([1, 1, 0, 0, 1, 1, 1, 0], dtype=bool)
    stop = np.array([0, 0, 0, 1, 0, 0, 0, 0], dtype=bool)
    assert longest_run(hit, stop).tolist() == [1, 2, 2, 2, 2, 2, 3, 3]


def test_a_missed_goal_is_named() -> None:
    rows = {case: {figure: goal} for case, figure, _, goal in GOALS}
    for case, figure, _, goal in GOALS:
        rows[case][figure] = goal
    assert unmet(rows) == []
    rows["silence"]["promoted"] = 0.1
    assert unmet(rows) == ["missed: silence promoted <= 0, found 0.1"]
