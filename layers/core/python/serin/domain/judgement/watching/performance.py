"""Whether a model still does what it did, on matured truth: a window's days against the reference's.

Only truth can tell that the relation between inputs and label has changed; inputs that moved are no loss by themselves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from serin.domain.judgement.bounds import Uncertain, uncertain
from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.watching.verdicts import Status

PerformanceStatus = Literal["INSUFFICIENT_DATA", "NO_LOSS_SEEN", "LOSS"]
FEWEST_DAYS, ALIKE = 3, 0.2
"""Days are at least so alike. A gate judges once, a model is looked at all year: caution costs less here."""
SHOWN = 0.05
"""An interval is for people to read, and misses the truth in so many of a hundred; the bound is what decides."""


@dataclass(frozen=True)
class Interval:
    """A metric with its two-sided interval; `rows` of truth in `days` days."""

    estimate: float
    low: float
    high: float
    rows: int
    days: int


@dataclass(frozen=True)
class Performance:
    """One metric in a window beside the reference.

    `loss` is how much worse it is, `bound` what the loss is at least at the error rate that was asked, and `detectable`
    the loss that would be seen four times in five; all in the metric's unit.
    """

    metric: str
    status: PerformanceStatus
    sentence: str
    window: Interval | None = None
    reference: Interval | None = None
    loss: float | None = None
    bound: float | None = None
    detectable: float | None = None


def judge_performance(
    metric: str, window: Sample, reference: Sample, alpha: float, *, higher_is_better: bool
) -> Performance:
    """Whether the metric is worse than in the reference; samples are one number a day, as the gate has them."""
    now, before = uncertain(window, ALIKE), uncertain(reference, ALIKE)
    if now is None or before is None or min(now.blocks, before.blocks) < FEWEST_DAYS:
        days = min(len(window.blocks), len(reference.blocks))
        sentence = f"{metric}: truth of {days} days, {FEWEST_DAYS} are needed in the window and in the reference."
        return Performance(metric, "INSUFFICIENT_DATA", sentence)
    sign = 1 if higher_is_better else -1
    loss = difference(before, now, sign)
    bound, seen = loss.lower(alpha), loss.detectable(alpha)
    status: PerformanceStatus = "LOSS" if bound > 0 else "NO_LOSS_SEEN"
    shown = interval(now, window.rows, SHOWN)
    told = f"{metric} is {now.estimate:.4g} ({shown.low:.4g} to {shown.high:.4g}, {window.rows:,} rows with truth)"
    was = f"it was {before.estimate:.4g}"
    ending = f"worse by at least {bound:.2g}" if bound > 0 else f"a loss of {seen:.2g} could have been seen"
    return Performance(
        metric,
        status,
        f"{told}, {was}: {ending}.",
        shown,
        interval(before, reference.rows, SHOWN),
        loss.estimate,
        bound,
        seen,
    )


def difference(before: Uncertain, now: Uncertain, sign: int) -> Uncertain:
    """How much worse it is now, the two periods independent (Welch 1947)."""
    squares = (before.error**2, now.error**2)
    error = math.sqrt(sum(squares))
    spread = squares[0] ** 2 / before.df + squares[1] ** 2 / now.df
    df = sum(squares) ** 2 / spread if spread > 0 else before.df + now.df
    return Uncertain(sign * (before.estimate - now.estimate), error, df, now.blocks)


def interval(of: Uncertain, rows: int, alpha: float) -> Interval:
    """The estimate with the interval that holds the truth but for a share `alpha` of such samples."""
    return Interval(of.estimate, of.lower(alpha / 2), of.upper(alpha / 2), rows, of.blocks)


def in_words(inputs: Status, losses: Mapping[str, Performance]) -> str:
    """What the inputs' verdict and lost performance mean together."""
    lost = ", ".join(name for name, of in losses.items() if of.status == "LOSS")
    if lost:
        return _WORSE[inputs].format(lost=lost)
    judged = any(of.status != "INSUFFICIENT_DATA" for of in losses.values())
    return _KEPT[inputs] if judged else _UNJUDGED[inputs]


_WORSE: Mapping[Status, str] = {
    "INSUFFICIENT_DATA": "{lost} is worse; too little is known of the inputs to say whether they have moved.",
    "NO_DRIFT_SEEN": "Inputs are as they were and {lost} is worse: what they mean has changed (concept drift).",
    "SUSPECTED": "{lost} is worse, and some inputs are unusual: whether they have moved, the next window tells.",
    "DRIFT": "Inputs have moved and {lost} is worse: the model meets what it has not learnt.",
}
_KEPT: Mapping[Status, str] = {
    "INSUFFICIENT_DATA": "No loss was seen; too little is known of the inputs to say more.",
    "NO_DRIFT_SEEN": "No change was seen.",
    "SUSPECTED": "Some inputs are unusual, and no loss was seen: whether they have moved, the next window tells.",
    "DRIFT": "Inputs have moved and no loss was seen (data drift).",
}
_UNJUDGED: Mapping[Status, str] = {
    "INSUFFICIENT_DATA": "There is too little data to say anything.",
    "NO_DRIFT_SEEN": "No change of inputs was seen; there is too little truth to say more.",
    "SUSPECTED": "Some inputs are unusual: whether they have moved, the next window tells; truth is too little yet.",
    "DRIFT": "Inputs have moved (data drift); whether anything is lost, only truth can tell.",
}
