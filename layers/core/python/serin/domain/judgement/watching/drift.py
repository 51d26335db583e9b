"""The judge of windows: whether what came in, or went out, is still what the reference was.

Prediction drift is the same question about scores, and training/serving skew with the training rows as the reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serin.domain.judgement.watching.evidence import (
    Baseline,
    FeatureReference,
    FeatureWindow,
    Reference,
    Statistic,
    Window,
)
from serin.domain.judgement.watching.limits import Limits, limits
from serin.domain.judgement.watching.policy import YEAR, WatchPolicy
from serin.domain.judgement.watching.sentences import of_feature, of_window
from serin.domain.judgement.watching.verdicts import (
    WORST_FIRST,
    FeatureVerdict,
    Promise,
    Status,
    Tested,
    WindowVerdict,
)

FEWEST_WINDOWS = 3
"""Of fewer, nobody knows how much windows vary."""
_FEWEST_ROWS = 2
Sides = Mapping[tuple[str, Statistic], int]


def judge(
    window: Window, baseline: Baseline, policy: WatchPolicy, previous: WindowVerdict | None = None
) -> WindowVerdict:
    """The verdict on a window; `previous` is that on the last window before it that was judged."""
    before = _sides(previous)
    known = {reference.feature: reference for reference in baseline.features}
    verdicts = [
        _feature(of, known[of.feature], baseline, policy, before) for of in window.features if of.feature in known
    ]
    verdicts.sort(key=lambda verdict: WORST_FIRST.index(verdict.status))
    status: Status = verdicts[0].status if verdicts else "INSUFFICIENT_DATA"
    promise = promised(baseline, policy)
    sentence = of_window(status, verdicts, promise, window.rows)
    return WindowVerdict(window.begin, window.end, window.rows, status, sentence, promise, tuple(verdicts))


def promised(baseline: Baseline, policy: WatchPolicy) -> Promise:
    """What the reference carries: the chances of its limits, over all tests and the windows of a year."""
    chances = (limits(of, baseline.chance, of.rows).chance for of in _references(baseline))
    return Promise(policy.false_alarms_per_year, sum(chances) * (YEAR / policy.window), baseline.windows)


def _references(baseline: Baseline) -> Iterator[Reference]:
    for feature in baseline.features:
        yield from (of for of in feature.statistics if len(of.windows) >= FEWEST_WINDOWS)


def _sides(verdict: WindowVerdict | None) -> Sides:
    features = verdict.features if verdict else ()
    return {(of.feature, test.statistic): test.side for of in features for test in of.tests}


def _feature(
    of: FeatureWindow, reference: FeatureReference, baseline: Baseline, policy: WatchPolicy, before: Sides
) -> FeatureVerdict:
    needed = max(policy.minimum_rows, _FEWEST_ROWS)
    tests = tuple(_tests(of, reference, baseline, before)) if of.rows >= needed else ()
    status: Status = "INSUFFICIENT_DATA"
    if tests:
        status = "NO_DRIFT_SEEN"
        if any(test.side for test in tests):
            status = "DRIFT" if any(test.twice for test in tests) else "SUSPECTED"
    return FeatureVerdict(
        of.feature,
        status,
        of_feature(status, of, reference, tests, needed),
        of.rows,
        of.missing,
        tests,
        of.wasserstein,
        of.jensen_shannon,
        of.minimum,
        of.maximum,
        reference.minimum,
        reference.maximum,
        of.unseen,
        max(of.error, reference.error),
        reference.detectable,
    )


def _tests(of: FeatureWindow, reference: FeatureReference, baseline: Baseline, before: Sides) -> Iterator[Tested]:
    for known in reference.statistics:
        value = of.statistics.get(known.statistic)
        if value is None or len(known.windows) < FEWEST_WINDOWS:
            continue
        rows = of.rows if known.statistic == "missing" else of.rows - of.missing
        held: Limits = limits(known, baseline.chance, rows)
        side = held.side(value)
        twice = side != 0 and before.get((of.feature, known.statistic)) == side
        yield Tested(known.statistic, value, held.upper, held.lower, held.mean, side, twice)
