"""Simulated traffic: what a rule sees at each reading, drawn ahead so that every rule may split it as it likes."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from benches.releasing.cases import READINGS, Case
from serin.domain.judgement.release_evidence import SANDBOX_CALLS
from serin.measures.arrays import Floats, Mask

PAIRS = 600
SHADOW_SANDBOXES, REUSED, MOST_SANDBOXES = 6, 2, 40
CALLS_PER_SANDBOX = 60
"""How many calls come before one more sandbox of a version answers; the first `REUSED` were asked by the shadow."""
_OVER = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True)
class Readings:
    """Cumulative counts at each reading of one step, and after how many requests each came."""

    after: Floats
    calls: Floats
    failures: Floats
    live_calls: Floats
    live_failures: Floats
    invalid: Floats
    longest_run: Floats
    over: Floats

    def at(self, number: int, counts: Floats) -> float:
        """The count at a reading; 0 before any."""
        return float(counts[number]) if 0 <= number < len(counts) else 0.0


class World:
    """One release's traffic. A request's luck is drawn once; the weight decides who answers it."""

    def __init__(self, case: Case, random: np.random.Generator, requests: int) -> None:
        self.case, self.random = case, random
        self.every = max(case.requests // READINGS, 5)
        self.count = min(case.requests, requests)
        self._luck, self._fate, self._sense, self._speed = random.random((4, self.count))

    def shadow(self) -> tuple[Mask, Mask, Mask]:
        """Of each pair: whether the candidate was worse, better, and whether the answers differ."""
        luck = self.random.random(PAIRS)
        worse, better = luck < self.case.worse, luck > 1 - self.case.better
        differ = worse | better | (self.random.random(PAIRS) < self._other_differences())
        return worse, better, differ

    def hosts(self, count: int) -> Floats:
        """How much slower than the average each of so many sandboxes is, as long as it lives."""
        return self.case.between * self.random.standard_normal(count)

    def over(self, places: Floats) -> list[int]:
        """Of each sandbox's warm calls, how many took longer than allowed: 5 % do in an average one."""
        normal = NormalDist()
        return [int(self.random.binomial(SANDBOX_CALLS, 1 - normal.cdf(_OVER - place))) for place in places]

    def read(
        self, weight: int, start: int, limit: int | None = None, *, last: bool, by_lines: bool = False
    ) -> Readings:
        """What is read while the candidate has `weight` percent, from request `start` on, for `limit` requests.

        `last`: it is the rule's last weight. `by_lines`: what the log's lines alone show.
        """
        part = slice(start, self.count if limit is None else min(start + limit, self.count))
        candidate = self._luck[part] < weight / 100
        share = np.where(candidate, self.case.candidate, self.case.live) * self._drift(part)
        if self.case.outage and last:
            begins, length, failing = self.case.outage
            share[begins : begins + length] = failing
        failed = self._fate[part] < share
        if self.case.lost and by_lines:
            candidate, failed = _hidden(candidate, failed, self._sense[part] < self.case.lost)
        return self._counted(candidate, failed, part)

    def _counted(self, candidate: Mask, failed: Mask, part: slice) -> Readings:
        ends = np.arange(self.every, len(candidate) + 1, self.every)
        own, other = candidate & failed, ~candidate & failed
        senseless = candidate & ~failed & (self._sense[part] < self.case.invalid)
        normal = NormalDist()
        slow = np.where(candidate, 1 - normal.cdf(_OVER - self.case.slow), 0.05)
        over = candidate & ~failed & (self._speed[part] < slow)

        def at(flags: Mask) -> Floats:
            return np.asarray(np.cumsum(flags)[ends - 1], dtype=np.float64)

        run = np.asarray(longest_run(own, (candidate & ~failed) | other)[ends - 1], dtype=np.float64)
        counts = at(candidate), at(own), at(~candidate), at(other), at(senseless)
        return Readings(ends.astype(np.float64), *counts, run, at(over))

    def _drift(self, part: slice) -> Floats:
        # Within the first 2,000 requests, where decisions fall.
        along = np.minimum(np.arange(part.start, part.stop) / 2000, 1.0)
        return np.asarray(1 + (self.case.drift - 1) * along, dtype=np.float64)

    def _other_differences(self) -> float:
        """Answers that differ where truth shows none better: as when both scores are right about another share."""
        known = self.case.worse + self.case.better
        return max(self.case.disagree - known, 0.0) / (1 - known)


def longest_run(hit: Mask, ends: Mask) -> Floats:
    """The most hits so far with no end in between."""
    total = np.cumsum(hit, dtype=np.float64)
    run: Floats = total - np.maximum.accumulate(np.where(ends, total, 0))
    return np.asarray(np.maximum.accumulate(run), dtype=np.float64)


def _hidden(candidate: Mask, failed: Mask, lost: Mask) -> tuple[Mask, Mask]:
    """A failed call of the candidate that a repeat hides is seen as an answered call of the live version."""
    hidden = candidate & failed & lost
    return candidate & ~hidden, failed & ~hidden
