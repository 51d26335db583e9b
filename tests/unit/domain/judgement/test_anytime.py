"""Bets read after every piece of evidence: how often one that nothing speaks for ever reaches 1/alpha."""

from __future__ import annotations

import math
import random

import pytest
from scipy.stats import binom

from serin.domain.judgement.bets import departure, excess, loss
from serin.domain.judgement.release_evidence import SANDBOX_CALLS, SandboxPair
from serin.domain.judgement.sandboxes import slower

SEED = 20130503
RUNS, LENGTH, ALPHA = 600, 120, 0.05
ENOUGH = math.log(1 / ALPHA)
# A true rate of alpha shows more in one of 10,000 seeds.
MOST = int(binom.ppf(0.9999, RUNS, ALPHA))


@pytest.mark.parametrize("share", [0.1, 0.5])
@pytest.mark.parametrize("bet", [excess, departure])
def test_a_split_as_the_weight_says_seldom_looks_uneven(bet: object, share: float) -> None:
    assert callable(bet)
    source, alarms = random.Random(SEED), 0
    for _ in range(RUNS):
        hits, ever = 0, False
        for trials in range(1, LENGTH + 1):
            hits += source.random() < share
            ever = ever or bet(hits, trials, share) >= ENOUGH
        alarms += ever
    assert alarms <= MOST, f"seed {SEED}"


@pytest.mark.slow
def test_pairs_that_lose_nothing_on_average_seldom_look_worse() -> None:
    source, alarms = random.Random(SEED), 0
    for _ in range(RUNS // 3):
        seen = {1.0: 0, -0.5: 0}
        ever = False
        for _ in range(60):
            seen[1.0 if source.random() < 1 / 3 else -0.5] += 1
            ever = ever or loss(seen, 1.0, 0.0) >= ENOUGH
        alarms += ever
    assert alarms <= binom.ppf(0.9999, RUNS // 3, ALPHA), f"seed {SEED}"


@pytest.mark.parametrize("margin", [0.0, 0.05])
@pytest.mark.parametrize("shape", [(1, 19), (0.3, 2.7)])
def test_sandboxes_that_are_alike_seldom_look_slower(margin: float, shape: tuple[float, float]) -> None:
    source, alarms = random.Random(SEED), 0

    def over() -> int:
        share = source.betavariate(*shape)
        return sum(source.random() < share for _ in range(SANDBOX_CALLS))

    for _ in range(RUNS):
        pairs = [SandboxPair(over(), over()) for _ in range(20)]
        alarms += any(slower(pairs[:count], margin) >= ENOUGH for count in range(5, 21))
    assert alarms <= MOST, f"seed {SEED}"
