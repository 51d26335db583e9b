"""Hundreds of seeded schedules: what at-least-once delivery, dead processes and lost answers leave of the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from benches.schedules.faults import FAULTS
from benches.schedules.functions import SERIN, Subject
from benches.schedules.tally import run
from benches.schedules.variants import CHECK_THEN_WRITE, MARK_THEN_WRITE, NAIVE

SEEDS = range(1, 201)
"""More than each planted fault is found in (test_teeth.py); the bench walks thousands."""
# What features cost is most of a schedule: `./scripts/bench faults` builds them in all of its own.
EVERY = 20
WRONG = range(1, 21)
SHARES: Mapping[str, float] = {"naive": 0.4, "check-then-write": 0.05, "mark-then-write": 0.1}


@pytest.mark.slow
def test_no_row_is_lost_or_doubled_and_what_is_served_follows_from_the_rows() -> None:
    tally = run(SEEDS, SERIN, EVERY)
    again = f"again: ./scripts/bench faults --only SEED --features-every {EVERY}"
    assert not tally.broken, f"{tally.told()}{again}"
    assert (tally.schedules, tally.built) == (len(SEEDS), len(SEEDS) / EVERY)
    assert set(tally.faults) == set(FAULTS)
    assert min(tally.faults.values()) > 50, "hardly anything went wrong"
    assert tally.dead_letters > 10, "nothing failed often enough to be a dead letter"


@pytest.mark.parametrize("subject", [NAIVE, CHECK_THEN_WRITE, MARK_THEN_WRITE], ids=lambda it: it.name)
@pytest.mark.slow
def test_an_effect_that_is_wrong_loses_or_doubles_rows(subject: Subject, record_property: Any) -> None:
    tally = run(WRONG, subject, features_every=0)
    record_property("share", tally.share)
    assert tally.share >= SHARES[subject.name], f"{subject.name}: found in {tally.share:.0%} of {WRONG}"
    assert tally.kinds["rows lost"] + tally.kinds["rows doubled"] > 0


@pytest.mark.slow
def test_a_seed_is_one_schedule() -> None:
    first, again = (run([20], keep_all=True).told() for _ in range(2))
    assert first == again
    assert len(first.splitlines()) > 20
    assert run([40], keep_all=True).told() != first
