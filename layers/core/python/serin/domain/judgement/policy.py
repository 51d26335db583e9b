"""What a charter asks of a challenger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Block = Literal["day", "entity", "row"]
UNASKED_ALPHA = 0.5
"""Chosen on simulated years, of which `./scripts/bench monitoring --only streams` has some.

Of 20 in which nothing changes, a version took over for nothing in 1 with a contest every 28 days (at all of `alpha` in
4) and in 2 with one every 15 days.
"""


@dataclass(frozen=True)
class SliceMargin:
    """On no value of the column may `metric` be worse than before by more than `margin`."""

    metric: str
    margin: float


@dataclass(frozen=True)
class GatePolicy:
    """How much better by `metric` a challenger must be than the champion: `minimum_gain`, shown at error rate `alpha`.

    `block` is what counts as one observation. `unasked`: nothing that was seen asked for the training; then a gain over
    the champion is shown at `UNASKED_ALPHA` times `alpha`, and must be there within days too, where that can be said:
    see `Evidence.within_days`.
    """

    metric: str
    alpha: float = 0.05
    block: Block = "day"
    minimum_gain: float = 0.0
    unasked: bool = False

    @property
    def champion_alpha(self) -> float:
        """The error rate at which a gain over the champion is shown."""
        return self.alpha * UNASKED_ALPHA if self.unasked else self.alpha


@dataclass(frozen=True)
class Matrix:
    """What each kind of decision brings, per prediction, against doing nothing."""

    tp: float
    fp: float
    fn: float
    tn: float


@dataclass(frozen=True)
class ValuePolicy:
    """Value in money or time. `minimum_per_1000` is asked of a first release, over the best trivial policy."""

    unit: str
    matrix: Matrix
    minimum_per_1000: float = 0.0


@dataclass(frozen=True)
class Requirements:
    """All that is asked of a challenger.

    `floors` are metric → the value it must reach; `value_margin` is how much value per 1,000 a challenger with a better
    score may seem to lose against the champion.
    """

    gate: GatePolicy
    floors: Mapping[str, float] = field(default_factory=dict)
    slices: Mapping[str, SliceMargin] = field(default_factory=dict)
    value: ValuePolicy | None = None
    value_margin: float = 0.0
