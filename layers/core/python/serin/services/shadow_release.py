"""The shadow of a release: logged requests are put to the candidate as well, and no caller waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from itertools import cycle, islice
from typing import Any

from serin.domain.errors import Unavailable
from serin.domain.judgement.release_evidence import SANDBOX_CALLS
from serin.domain.judgement.sandboxes import MINIMUM_SANDBOXES
from serin.domain.judgement.shadow_evidence import latency_is_shown
from serin.domain.release_record import ReleasePlan
from serin.domain.shadows import CallMade, Pair, ShadowCall, ShadowRow, Side
from serin.ports import Catalog, Endpoint, ObjectStore
from serin.services.steps.logged_requests import logged_requests
from serin.services.steps.shadow_files import keep, kept_calls, kept_pairs
from serin.services.steps.shadow_rows import calls_of, rows_of_call
from serin.services.steps.stored_shadow import ShadowVersions

AT_ONCE = MINIMUM_SANDBOXES
"""Calls under way together: each needs a sandbox of its own, and that many show the latency. Of what Lambda lets an
account run at once they take this much from callers; where it has no more room, the round ends."""
MOST_CALLS = 300
"""Of a round: more are made in the next one."""
MOST_SECONDS = 120.0
"""After so long a round begins no more calls, of which each may take as long as the endpoint lets it."""
DEAD_WAVES = 4
"""A round that the candidate leaves without one answer so often ends: so many failed calls stop a release."""
MOST_FOR_LATENCY = 3 * MINIMUM_SANDBOXES * (SANDBOX_CALLS + 1)
"""How many calls of a version are made in all for its latency; Lambda may spread them unevenly."""
Line = Mapping[str, Any]


def shadow_round(
    plan: ReleasePlan, now: datetime, *, lake: ObjectStore, artifacts: ObjectStore, catalog: Catalog, endpoint: Endpoint
) -> int:
    """Ask the candidate about logged requests, newest first; how many calls were made.

    A logged row is one pair however often it is asked. A round is bounded, goes on where the one before stopped, and
    keeps what it has learnt when it is cut off by an error. The live version is called too, as long as its latency is
    not shown; its answers are those of the log. Raises Unavailable where not one call could be made.
    """
    if plan.previous is None:
        return 0
    versions = ShadowVersions(catalog.release(plan.model, plan.release), artifacts=artifacts, catalog=catalog)
    made = _Round(plan, versions, lake=lake, endpoint=endpoint)
    try:
        made.run(logged_requests(plan.model, plan.previous, now, lake=lake))
    finally:
        keep(plan.model, plan.release, "pairs", made.pairs, now, lake=lake)
        keep(plan.model, plan.release, "calls", made.calls, now, lake=lake)
    return len(made.calls)


@dataclass
class _Round:
    """One round: what it has learnt so far."""

    plan: ReleasePlan
    versions: ShadowVersions
    _: KW_ONLY
    lake: ObjectStore
    endpoint: Endpoint
    pairs: list[Pair] = field(default_factory=list)
    calls: list[CallMade] = field(default_factory=list)
    refused: Unavailable | None = None
    dead: int = 0

    def run(self, requests: Iterator[Sequence[Line]]) -> None:
        """All waves of calls; then more of the same as long as a version's latency is not shown."""
        self._began = time.perf_counter()
        self._before = kept_calls(self.plan.model, self.plan.release, lake=self.lake)
        fresh, again = self._chosen(requests)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for wave in _waves(fresh):
                if self._over():
                    break
                self._ask(pool, wave)
            self._repeat(pool, fresh or again)
        if self.refused is not None and not self.calls:
            raise self.refused

    def _chosen(self, requests: Iterator[Sequence[Line]]) -> tuple[list[Sequence[Line]], list[Sequence[Line]]]:
        """The calls to make, and others that were made before, which only show the latency once more."""
        known = {pair.prediction_id for pair in kept_pairs(self.plan.model, self.plan.release, lake=self.lake)}
        size, missing = rows_of_call(self.plan.policy.shadow.pairs), self.plan.policy.shadow.pairs - len(known)
        if missing <= 0 and not any(map(self._wanted, _SIDES)):
            return [], []
        fresh: list[Sequence[Line]] = []
        again: list[Sequence[Line]] = []
        for lines in calls_of(requests, size):
            new = [line for line in lines if line["prediction_id"] not in known][: max(missing, 0)]
            if new and len(fresh) < MOST_CALLS:
                fresh.append(new)
                missing -= len(new)
            elif len(again) < AT_ONCE:
                again.append(lines)
            if (missing <= 0 or len(fresh) >= MOST_CALLS) and (fresh or len(again) >= AT_ONCE):
                break
        return fresh, again

    def _ask(self, pool: ThreadPoolExecutor, wave: Sequence[Sequence[Line]]) -> None:
        charters = self.versions.charters
        answered = self._call(pool, "candidate", [[charters.candidate_row(line) for line in lines] for lines in wave])
        for lines, call in zip(wave, answered, strict=True):
            if call is not None:
                answers = zip(lines, call.answers, strict=True)
                self.pairs.extend(charters.pair(line, call, answer) for line, answer in answers)
        failed = [call for call in answered if call is not None and all(one.error for one in call.answers)]
        self.dead = self.dead + 1 if len(failed) == len(wave) else 0
        if self.refused is None and self._wanted("live"):
            self._call(pool, "live", [[charters.live_row(line) for line in lines] for lines in wave])

    def _repeat(self, pool: ThreadPoolExecutor, calls: Sequence[Sequence[Line]]) -> None:
        charters = self.versions.charters
        again = cycle(calls)
        while calls and not self._over() and (sides := [side for side in _SIDES if self._wanted(side)]):
            wave = list(islice(again, AT_ONCE))
            for side in sides:
                row_of = charters.candidate_row if side == "candidate" else charters.live_row
                self._call(pool, side, [[row_of(line) for line in lines] for lines in wave])

    def _call(
        self, pool: ThreadPoolExecutor, side: Side, wave: Sequence[Sequence[ShadowRow]]
    ) -> list[ShadowCall | None]:
        """Put to a version at once; None for a call that says nothing of it."""
        number = self.plan.function_version if side == "candidate" else self.plan.previous or ""
        correlation = self.versions.release.correlation or self.plan.release

        def ask(rows: Sequence[ShadowRow]) -> ShadowCall | None:
            try:
                return self.endpoint.shadow(self.plan.model, number, self.plan.release, rows, correlation)
            except Unavailable as error:
                self.refused = error
                return None

        answered = list(pool.map(ask, wave))
        self.calls.extend(
            CallMade(call.invocation, side, len(call.answers), call.sandbox, call.failure) for call in answered if call
        )
        return answered

    def _over(self) -> bool:
        late = time.perf_counter() - self._began > MOST_SECONDS
        return late or len(self.calls) >= MOST_CALLS or self.refused is not None or self.dead >= DEAD_WAVES

    def _wanted(self, side: Side) -> bool:
        calls = [*self._before, *self.calls]
        tried = sum(call.side == side for call in calls)
        return tried < MOST_FOR_LATENCY and not latency_is_shown(calls, side)


_SIDES: tuple[Side, ...] = ("candidate", "live")


def _waves(calls: Sequence[Sequence[Line]]) -> Iterator[Sequence[Sequence[Line]]]:
    for first in range(0, len(calls), AT_ONCE):
        yield calls[first : first + AT_ONCE]
