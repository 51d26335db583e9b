"""One plain sentence for each verdict."""

from __future__ import annotations

from collections.abc import Sequence

from serin.domain.judgement.watching.evidence import Detectable, FeatureReference, FeatureWindow
from serin.domain.judgement.watching.verdicts import FeatureVerdict, Promise, Status, Tested
from serin.domain.plain_numbers import how_many

_NAMED = 5


def of_feature(
    status: Status, of: FeatureWindow, reference: FeatureReference, tests: Sequence[Tested], needed: int
) -> str:
    """What a feature shows in a window."""
    if status == "INSUFFICIENT_DATA":
        if of.rows < needed:
            return f"{of.feature}: {_rows(of.rows)}; {needed} are needed to say anything."
        return f"{of.feature}: the reference has too few windows to say what is usual."
    if status == "NO_DRIFT_SEEN":
        return (
            f"{of.feature}: nothing unusual in {_rows(of.rows)}{_power(reference.detectable)}{_range(of, reference)}."
        )
    decisive = [test for test in tests if (test.twice if status == "DRIFT" else test.side)]
    shown = "; ".join(_shown(test, of) for test in decisive)
    if status == "DRIFT":
        return f"{of.feature} has drifted, for two windows in a row: {shown}{_range(of, reference)}."
    return f"{of.feature}: unusual for one window, a second makes it drift: {shown}{_range(of, reference)}."


def of_window(status: Status, features: Sequence[FeatureVerdict], promise: Promise, rows: int) -> str:
    """What a window comes to."""
    names = [of.feature for of in features if of.status == status]
    listed = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    judged = sum(of.status != "INSUFFICIENT_DATA" for of in features)
    said = {
        "DRIFT": f"Drift in {listed}",
        "SUSPECTED": f"Unusual for one window: {listed}",
        "NO_DRIFT_SEEN": f"No drift seen in {judged} of {how_many(len(features), 'feature')} and {_rows(rows)}",
        "INSUFFICIENT_DATA": f"Too little data to say anything: {_rows(rows)}, {promise.windows} windows of reference",
    }[status]
    if promise.kept:
        return f"{said}."
    return (
        f"{said}. With {promise.windows} windows the reference can promise {promise.carried:.2g} false alarms a year, "
        f"{promise.asked:g} was asked: let it become longer, or ask for less."
    )


def _shown(test: Tested, of: FeatureWindow) -> str:
    value, upper = test.value, test.upper
    if test.statistic == "location":
        lower = upper if test.lower is None else test.lower
        usual = f"{0.5 + lower:.1%} to {0.5 + upper:.1%} is usual"
        return f"a value is above one of the reference {0.5 + value:.1%} of the time, {usual}"
    if test.statistic == "shape":
        return f"its distribution is {value:.3g} standard deviations away, up to {upper:.3g} is usual"
    if test.statistic == "mix":
        return f"its categories are mixed differently, distance {value:.3g}, up to {upper:.3g} is usual"
    if test.statistic == "missing":
        lower = max(test.lower or 0.0, 0.0)
        return f"{value:.1%} of its values are missing, {lower:.1%} to {upper:.1%} is usual"
    named = f" ({', '.join(of.unseen[:_NAMED])})" if of.unseen else ""
    return f"{value:.1%} of its values are new{named}, up to {upper:.1%} is usual"


def _power(detectable: Detectable | None) -> str:
    if detectable is None:
        return ""
    shift, missing, new = detectable.shift, detectable.missing, detectable.new
    parts = [
        f"a shift of {shift:.2g} standard deviations" if shift is not None else "",
        f"{missing:.1%} more missing" if missing is not None else "",
        f"{new:.1%} of new categories" if new is not None else "",
    ]
    seen = ", ".join(part for part in parts if part)
    return f"; seen within two windows would be {seen}" if seen else "; this reference could show no change"


def _range(of: FeatureWindow, reference: FeatureReference) -> str:
    """Which values are outside what the reference had."""
    low, high, was_low, was_high = of.minimum, of.maximum, reference.minimum, reference.maximum
    if low is None or high is None or was_low is None or was_high is None or (was_low <= low and high <= was_high):
        return ""
    return f"; it reaches from {low:g} to {high:g}, the reference from {was_low:g} to {was_high:g}"


def _rows(rows: int) -> str:
    return how_many(rows, "row")
