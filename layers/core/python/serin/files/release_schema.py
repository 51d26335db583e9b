"""The shape of a charter's section `release`; `release_checks` says what its fields mean together.

What is not written is as the judge's own policy has it.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from serin.domain.judgement.release_policy import CanaryPolicy, LowTraffic, Margins, ReleasePolicy, ShadowPolicy
from serin.files.durations import duration, written
from serin.files.sections import AS_WRITTEN, SPAN_TEXT, Duration, FilePath, Section

SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=30)
"""A judge looks every minute at most, at calls of a minute ago; each of its looks reads all calls again."""
_MOST_STEPS = 20
_POLICY, _SHADOW, _CANARY, _LOW, _MARGINS = ReleasePolicy(), ShadowPolicy(), CanaryPolicy(), LowTraffic(), Margins()


def _deadline(text: object) -> timedelta:
    span = duration(text)
    if not SHORTEST <= span <= LONGEST:
        raise ValueError(f"Write a span from {written(SHORTEST)} to {written(LONGEST)}.")
    return span


def _steps(value: object) -> object:
    if not isinstance(value, list) or not 1 <= len(value) <= _MOST_STEPS:
        raise ValueError(f"Write a list of 1 to {_MOST_STEPS} percentages: [10, 50].")
    if any(not isinstance(weight, int) or isinstance(weight, bool) or not 0 < weight < 100 for weight in value):
        raise ValueError(
            "Write whole percentages from 1 to 99: no traffic shows nothing, and all of it follows the last step."
        )
    if any(later <= earlier for earlier, later in pairwise(value)):
        raise ValueError("Write rising percentages: a step gives the candidate more traffic than the one before.")
    return value


Deadline = Annotated[timedelta, BeforeValidator(_deadline), AS_WRITTEN, SPAN_TEXT]
_PERCENT = {"type": "integer", "minimum": 1, "maximum": 99}
Steps = Annotated[
    list[int],
    BeforeValidator(_steps),
    WithJsonSchema({"type": "array", "items": _PERCENT, "minItems": 1, "maxItems": _MOST_STEPS}),
]


class ShadowSection(Section):
    pairs: int = Field(default=_SHADOW.pairs, ge=1, le=10_000)
    deadline: Deadline = _SHADOW.deadline


class LowTrafficSection(Section):
    below_per_hour: int = Field(default=_LOW.below_per_hour, ge=1)
    steps: Steps = list(_LOW.steps)


class CanarySection(Section):
    steps: Steps = list(_CANARY.steps)
    deadline: Deadline = _CANARY.deadline
    low_traffic: LowTrafficSection = LowTrafficSection()


class MarginsSection(Section):
    error_rate: float = Field(default=_MARGINS.error_rate, gt=0, lt=0.5)
    over_latency: float = Field(default=_MARGINS.over_latency, ge=0, lt=1)
    disagreement: float = Field(default=_MARGINS.disagreement, gt=0, lt=1)
    value_per_1000: float = Field(default=_MARGINS.value_per_1000, ge=0)


class ReleaseSection(Section):
    golden: FilePath
    strategy: Literal["basic", "shadow", "canary"] = "basic"
    alpha: float = Field(default=_POLICY.alpha, gt=0, lt=0.5)
    shadow: ShadowSection = ShadowSection()
    canary: CanarySection = CanarySection()
    margins: MarginsSection = MarginsSection()
    inconclusive: Literal["hold", "roll_back", "ask"] = _POLICY.inconclusive
    bake: Duration = _POLICY.bake


def release_policy(section: ReleaseSection) -> ReleasePolicy:
    """What a written section asks of a release."""
    shadow, canary, low = section.shadow, section.canary, section.canary.low_traffic
    margins = section.margins
    return ReleasePolicy(
        strategy=section.strategy,
        alpha=section.alpha,
        shadow=ShadowPolicy(shadow.pairs, shadow.deadline),
        canary=CanaryPolicy(tuple(canary.steps), canary.deadline, LowTraffic(low.below_per_hour, tuple(low.steps))),
        margins=Margins(margins.error_rate, margins.over_latency, margins.disagreement, margins.value_per_1000),
        inconclusive=section.inconclusive,
        bake=section.bake if section.strategy != "basic" else timedelta(0),
    )
