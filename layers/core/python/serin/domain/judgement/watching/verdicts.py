"""What the judge of windows answers; `as_record` of a `WindowVerdict` is what a report shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from serin.domain.judgement.watching.evidence import Detectable, Statistic

Status = Literal["INSUFFICIENT_DATA", "NO_DRIFT_SEEN", "SUSPECTED", "DRIFT"]
"""`NO_DRIFT_SEEN` is no proof of health: what would have been seen is beside it. `SUSPECTED` is one unusual window,
`DRIFT` the second in a row, of the same statistic and on the same side."""
WORST_FIRST: tuple[Status, ...] = ("DRIFT", "SUSPECTED", "NO_DRIFT_SEEN", "INSUFFICIENT_DATA")


@dataclass(frozen=True)
class Tested:
    """A statistic beside its limits. `side` is 1 above, -1 below, 0 within; `usual` is the reference's mean.

    `twice`: the window before was on the same side too.
    """

    statistic: Statistic
    value: float
    upper: float
    lower: float | None
    usual: float
    side: int = 0
    twice: bool = False


@dataclass(frozen=True)
class FeatureVerdict:
    """One feature in one window, in one sentence, with the numbers behind it.

    `wasserstein` is in standard deviations of the reference; `minimum` and `maximum` are the window's, and
    `reference_minimum` and `reference_maximum` what it was before.
    """

    feature: str
    status: Status
    sentence: str
    rows: int
    missing: int
    tests: tuple[Tested, ...] = ()
    wasserstein: float | None = None
    jensen_shannon: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    reference_minimum: float | None = None
    reference_maximum: float | None = None
    unseen: tuple[str, ...] = ()
    error: float = 0.0
    detectable: Detectable | None = None


@dataclass(frozen=True)
class Promise:
    """False alarms a year, all features together: what was asked, and what limits from this reference keep."""

    asked: float
    carried: float
    windows: int

    @property
    def kept(self) -> bool:
        """Whether the reference carries what was asked."""
        return self.carried <= self.asked * 1.001


@dataclass(frozen=True)
class WindowVerdict:
    """One window of a model, the features that matter most first."""

    begin: datetime
    end: datetime
    rows: int
    status: Status
    sentence: str
    promise: Promise
    features: tuple[FeatureVerdict, ...] = ()
