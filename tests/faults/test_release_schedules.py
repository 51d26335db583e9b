"""Thousands of seeded schedules of releases: whoever dies, sleeps, overtakes or meddles, all agrees in the end."""

from __future__ import annotations

import pytest

from benches.schedules.faults import FAULTS
from benches.schedules.releases.machine import definition
from benches.schedules.releases.tally import run

SEEDS = range(1, 501)
"""More than each planted fault is found in (test_release_teeth.py); the bench walks ten thousand."""


@pytest.mark.slow
def test_alias_pointer_records_lease_and_verdicts_agree_and_the_next_release_goes_live() -> None:
    tally = run(SEEDS)
    assert not tally.broken, f"{tally.told()}again: ./scripts/bench faults --releases --only SEED"
    assert tally.schedules == len(SEEDS)
    assert set(tally.faults) == set(FAULTS)
    assert min(tally.faults.values()) > 40, "hardly anything went wrong"
    assert min(tally.releases[status] for status in ("live", "rolled_back", "failed")) > 20
    assert min(tally.notices[what] for what in ("parked", "held", "step")) > 10
    assert tally.dead_letters > 20, "nothing failed often enough to be a dead letter"


def test_a_seed_is_one_schedule_of_releases() -> None:
    first, again = (run([20], keep_all=True).told() for _ in range(2))
    assert first == again
    assert len(first.splitlines()) > 20
    assert run([40], keep_all=True).told() != first


@pytest.mark.slow
def test_the_schedules_walk_the_states_that_are_deployed() -> None:
    """Each of them, but for those in which a course only waits."""
    walked = run(range(1, 61), keep_all=True).told()
    tasks = {name for name, state in definition()["States"].items() if state["Type"] == "Task"} - {"Truth"}
    assert {"Begin", "Judge", "Continue", "RollBack", "Abandon"} <= tasks
    assert {name for name in tasks if f":{name}-" not in walked} == set()
