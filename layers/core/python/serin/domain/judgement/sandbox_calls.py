"""How long both versions' execution environments took, side by side: what the bet on latency is made of."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice

from serin.domain.invocations import Invocation, call_of
from serin.domain.judgement.release_evidence import SANDBOX_CALLS, SandboxPair, WarmCalls
from serin.domain.judgement.traffic import Side, Sides

_MOST = 64
"""So many of the candidate's sandboxes decide, if any do."""
_NEIGHBOURS = 16
"""With so many sandboxes of the live version each of the candidate's may be paired."""
Calls = Mapping[str, Sequence[Invocation]]


def paired_sandboxes(
    invocations: Sequence[Invocation], sides: Sides, latency_ms: float, traffic_since: datetime | None
) -> tuple[list[SandboxPair], WarmCalls]:
    """All pairs of sandboxes, those of the shadow first, and all warm calls of callers from `traffic_since` on.

    The shadow asks both versions in turn about the same rows, so the first warm calls of each of its sandboxes, in the
    order they started, are of the same time. Callers ask when they like, so there the calls of a pair are taken in
    turns, the live version's next one after each of the candidate's: whatever slows all calls for a while slows both.
    Who is paired follows from when calls began and never from how long they took, and stays when more calls come.
    """
    asked = _warm(invocations, sides, lambda call: call.purpose == "shadow")
    full = {
        side: [calls[:SANDBOX_CALLS] for calls in asked[side].values() if len(calls) >= SANDBOX_CALLS] for side in asked
    }
    shadow = list(zip(full["candidate"], full["live"], strict=False))
    pairs = [SandboxPair(_over(own, latency_ms), _over(live, latency_ms)) for own, live in shadow]
    if traffic_since is None:
        return pairs, WarmCalls()
    called = _warm(invocations, sides, lambda call: call_of(call) is not None and call.at >= traffic_since)
    before = {calls[0].sandbox for pair in shadow for calls in pair}
    for turns in _paired(called["candidate"], called["live"]):
        again = not before.isdisjoint({turns.own[0].sandbox, turns.live[0].sandbox})
        pairs.append(SandboxPair(_over(turns.own, latency_ms), _over(turns.live, latency_ms), "callers", again))
    return pairs, _counted(called, latency_ms)


def _counted(called: Mapping[Side, Calls], latency_ms: float) -> WarmCalls:
    own, live = ([call for calls in called[side].values() for call in calls] for side in ("candidate", "live"))
    return WarmCalls(len(own), _over(own, latency_ms), len(live), _over(live, latency_ms))


@dataclass(frozen=True)
class _Turns:
    """The calls of two sandboxes in turns; `end` is when the last one began."""

    own: Sequence[Invocation]
    live: Sequence[Invocation]

    @property
    def end(self) -> datetime:
        return self.live[-1].at


def _paired(candidate: Calls, live: Calls) -> Iterator[_Turns]:
    """Pairs in the order they had their calls; each sandbox is in one."""
    left = dict(islice(candidate.items(), _MOST))
    soonest = {own: _soonest(calls, live) for own, calls in left.items()}
    turns = cache(lambda own, other: _in_turns(left[own], live[other]))
    taken: set[str] = set()
    while True:
        pairs = ((own, other) for own in soonest for other in _near(soonest[own], taken))
        whole = [(own, other, ratio) for own, other in pairs if (ratio := turns(own, other)) is not None]
        if not whole:
            return
        own, other, first = min(whole, key=lambda pair: (pair[2].end, pair[0], pair[1]))
        yield first
        del soonest[own]
        taken.add(other)


def _soonest(calls: Sequence[Invocation], live: Calls) -> Sequence[str]:
    """The sandboxes of the live version by when they answer next after the first of these calls."""
    after = [(theirs, bisect_left(theirs, calls[0].at, key=_at)) for theirs in live.values()]
    soonest = sorted((theirs[place].at, theirs[place].sandbox) for theirs, place in after if place < len(theirs))
    return [name for _, name in soonest]


def _near(soonest: Sequence[str], taken: Collection[str]) -> Iterator[str]:
    return islice((name for name in soonest if name not in taken), _NEIGHBOURS)


def _in_turns(own: Sequence[Invocation], live: Sequence[Invocation]) -> _Turns | None:
    """`SANDBOX_CALLS` calls of each, one after the other's; None where there are not so many."""
    ours, theirs = list[Invocation](), list[Invocation]()
    place = other = 0
    while len(theirs) < SANDBOX_CALLS:
        if place >= len(own):
            return None
        other = bisect_left(live, own[place].at, other, key=_at)
        if other >= len(live):
            return None
        ours.append(own[place])
        theirs.append(live[other])
        place = bisect_right(own, live[other].at, place + 1, key=_at)
        other += 1
    return _Turns(ours, theirs)


def _warm(
    invocations: Iterable[Invocation], sides: Sides, counts: Callable[[Invocation], bool]
) -> dict[Side, dict[str, list[Invocation]]]:
    """The warm calls that count, by sandbox, in the order both began."""
    calls: dict[Side, dict[str, list[Invocation]]] = {"candidate": defaultdict(list), "live": defaultdict(list)}
    for invocation in invocations:
        side = sides.of(invocation)
        if side is not None and invocation.cold is False and counts(invocation):
            calls[side][invocation.sandbox].append(invocation)
    return calls


def _over(calls: Iterable[Invocation], latency_ms: float) -> int:
    return sum((call.ms or 0.0) > latency_ms for call in calls)


def _at(call: Invocation) -> datetime:
    return call.at
