"""Others' rules on the same traffic, each with the settings that its makers let one choose.

They read failures and latency as CloudWatch or Prometheus give them; none has a shadow or looks at answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product

import numpy as np

from benches.releasing.outcomes import End, Status
from benches.releasing.world import Readings, World
from serin.measures.arrays import Floats, Mask

Places = np.ndarray[tuple[int], np.dtype[np.signedinteger]]
Rule = Callable[[World], End]


def alarm(world: World, *, wait: int, share: float, slow: float, period: int, points: int) -> End:
    """CodeDeploy: 10 %, then all after `wait` readings, unless an alarm on the candidate's version fires.

    It fires when `points` periods in a row have a larger share of failures, or of slow calls; a period without data is
    missing and no alarm (CodeDeploy promotes on INSUFFICIENT_DATA).
    """
    seen = world.read(10, 0, last=True)
    ends = np.arange(period - 1, min(wait, len(seen.after)), period)
    failing, calls = _by_period(seen, ends, seen.failures)
    over, _ = _by_period(seen, ends, seen.over)
    breach = (calls > 0) & ((failing > share * calls) | (over > slow * calls))
    fired = _in_a_row(breach, points)
    if fired is not None:
        return _end("rolled_back", seen, int(ends[fired]))
    return _end("promoted", seen, min(wait, len(seen.after)) - 1)


def threshold(world: World, *, interval: int, share: float, slow: float, failed_checks: int) -> End:
    """Flagger: 10 to 50 % in steps of 10, one check of an interval each; so many failed checks roll back.

    A failed check does not go on to the next weight; no data fails a check.
    """
    weight, fails, start, failed = 10, 0, 0, 0.0
    length = interval * world.every
    while start < world.count or not world.count:
        seen = world.read(weight, start, length, last=weight >= 50)
        start = min(start + length, world.count)
        at = len(seen.after) - 1
        own, calls, over = (seen.at(at, counts) for counts in (seen.failures, seen.calls, seen.over))
        failed += own
        if calls == 0 or own > share * calls or over > slow * calls:
            fails += 1
            if fails >= failed_checks:
                return End("rolled_back", start, failed)
        elif weight >= 50:
            return End("promoted", start, failed)
        else:
            weight += 10
    return End("held", start, failed)


def peeked_z(world: World, *, wait: int, critical: float) -> End:
    """A two-sample z test of failures at 50 %, read every time; all traffic after `wait` readings."""
    seen = world.read(50, 0, last=True)
    pooled = (seen.failures + seen.live_failures) / seen.after
    variance = pooled * (1 - pooled) * (1 / np.maximum(seen.calls, 1) + 1 / np.maximum(seen.live_calls, 1))
    apart = seen.failures / np.maximum(seen.calls, 1) - seen.live_failures / np.maximum(seen.live_calls, 1)
    # Fewer than 30 calls a side are no sample for a normal approximation.
    sampled = np.minimum(seen.calls, seen.live_calls) >= 30
    hits = np.flatnonzero(sampled[:wait] & (apart[:wait] > critical * np.sqrt(variance[:wait])) & (variance[:wait] > 0))
    if len(hits):
        return _end("rolled_back", seen, int(hits[0]))
    return _end("promoted", seen, min(wait, len(seen.after)) - 1)


def settings() -> Mapping[str, Sequence[tuple[Mapping[str, float], Rule]]]:
    """Every setting each rule is tried with; the best one is reported."""
    shares = (0.02, 0.05)
    return {
        "alarm": _grid(alarm, wait=(40, 120), share=shares, slow=(0.2,), period=(4, 20), points=(1, 2)),
        "threshold": _grid(threshold, interval=(4, 12), share=shares, slow=(0.2,), failed_checks=(2, 5)),
        "peeked_z": _grid(peeked_z, wait=(40, 120), critical=(1.645, 2.326, 3.09)),
    }


def _grid(rule: Callable[..., End], **choices: Sequence[float]) -> list[tuple[Mapping[str, float], Rule]]:
    chosen = [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]
    return [(parts, partial(rule, **parts)) for parts in chosen]


def _by_period(seen: Readings, ends: Places, counts: Floats) -> tuple[Floats, Floats]:
    """Counts of each period, and the candidate's calls in it."""
    return np.diff(counts[ends], prepend=0.0), np.diff(seen.calls[ends], prepend=0.0)


def _in_a_row(breach: Mask, points: int) -> int | None:
    if len(breach) < points:
        return None
    together = np.all([breach[shift : len(breach) - points + 1 + shift] for shift in range(points)], axis=0)
    hits = np.flatnonzero(together)
    return int(hits[0]) + points - 1 if len(hits) else None


def _end(status: Status, seen: Readings, at: int) -> End:
    return End(status, seen.at(at, seen.after), seen.at(at, seen.failures))
