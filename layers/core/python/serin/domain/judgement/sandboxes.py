"""The bet on latency, where sandboxes differ and calls of one sandbox are alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

from serin.domain.judgement.release_evidence import SANDBOX_CALLS, SandboxPair
from serin.domain.judgement.student import t_cdf

MINIMUM_SANDBOXES = 5
_EFFECT_VARIANCE = 9.0
"""Of the difference in standard deviations between sandboxes: a slow model is slow in every one of them."""


def slower(pairs: Sequence[SandboxPair], margin: float) -> float:
    """The logarithm of the bet that the candidate's share of slow calls is above the live one's by more than `margin`.

    A sandbox is one observation. The differences of pairs are held against 0 by the Bayes factor of a t test with the
    right Haar prior, one-sided, which is an e-process (Perez-Ortiz, Lardy, de Heide, Grunwald 2024). A difference of
    two alike is symmetric however skewed each is. 0 below `MINIMUM_SANDBOXES` pairs, which are revealed together.
    """
    count = len(pairs)
    if count < MINIMUM_SANDBOXES:
        return 0.0
    differences = [pair.slower_by - margin for pair in pairs]
    mean = math.fsum(differences) / count
    # Few calls may agree by chance: sandboxes are taken to vary at least as calls do that are independent.
    squares = max(math.fsum((one - mean) ** 2 for one in differences), (count - 1) * _least_variance(pairs))
    shrinking = 1 + count * _EFFECT_VARIANCE
    rest = squares + count * mean * mean / shrinking
    both_sides = (count * math.log((squares + count * mean * mean) / rest) - math.log(shrinking)) / 2
    # The effect's posterior is Student's t with `count` degrees of freedom around count·mean / (count + 1/variance).
    precision = count + 1 / _EFFECT_VARIANCE
    above = t_cdf(count * mean / precision / math.sqrt(rest / (count * precision)), count)
    return both_sides + math.log(max(2 * above, 1e-300))


def _least_variance(pairs: Sequence[SandboxPair]) -> float:
    calls = 2 * SANDBOX_CALLS * len(pairs)
    over = sum(pair.candidate + pair.live for pair in pairs)
    share = (over + 0.5) / (calls + 1)
    return share * (1 - share) * 2 / SANDBOX_CALLS
