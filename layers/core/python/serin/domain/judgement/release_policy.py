"""What a charter asks of a release; the fields' names are those of its section `release`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ShadowPolicy:
    """How many logged requests the candidate is asked, and for how long at most."""

    pairs: int = 600
    deadline: timedelta = _DAY


@dataclass(frozen=True)
class LowTraffic:
    """The steps of an endpoint with fewer calls an hour."""

    below_per_hour: int = 300
    steps: tuple[int, ...] = (50,)


@dataclass(frozen=True)
class CanaryPolicy:
    """The candidate's shares of traffic, in percent, rising, and how long they may last together."""

    steps: tuple[int, ...] = (10, 50)
    deadline: timedelta = _DAY
    low_traffic: LowTraffic = LowTraffic()

    def steps_for(self, calls_per_hour: float | None) -> tuple[int, ...]:
        """The weights for this traffic; None where there is no history of it."""
        low = calls_per_hour is not None and calls_per_hour < self.low_traffic.below_per_hour
        return self.low_traffic.steps if low else self.steps


@dataclass(frozen=True)
class Margins:
    """How bad is still acceptable.

    `error_rate` is the candidate's own share of failed calls. `over_latency` is how much larger its share of warm calls
    over the charter's `latency_p95_ms` may be than the live version's. `disagreement` is the share of shadow pairs with
    different answers. `value_per_1000` is the value it may lose, in the charter's unit.
    """

    error_rate: float = 0.02
    over_latency: float = 0.05
    disagreement: float = 0.15
    value_per_1000: float = 0.0


@dataclass(frozen=True)
class ReleasePolicy:
    """How a version becomes live. `alpha` is the whole release's rate of wrong rollbacks, and of wrong promotions.

    `inconclusive` is what becomes of a release that nothing decided before its deadline. For the time of `bake` after
    the promotion it is watched on, and may still be taken back.
    """

    strategy: Literal["basic", "shadow", "canary"] = "canary"
    alpha: float = 0.05
    shadow: ShadowPolicy = ShadowPolicy()
    canary: CanaryPolicy = CanaryPolicy()
    margins: Margins = field(default_factory=Margins)
    inconclusive: Literal["hold", "roll_back", "ask"] = "hold"
    bake: timedelta = timedelta(hours=1)


BASIC = ReleasePolicy(strategy="basic", bake=timedelta(0))
"""All traffic at once, and over."""
