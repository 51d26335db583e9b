"""What two kinds of SageMaker endpoint would cost for as many calls, each taken as cheap as it can be.

Their side of the comparison has an endpoint and nothing else: no address for callers with tokens, no log of
predictions, no online features, no alarms, no trainings and no releases. All of ours is on our side.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from infra.cost.assumptions import Assumptions
from infra.cost.lines import DAYS, SECONDS, Line, Term
from serin.domain import prices

SERVERLESS_GB = 1
_KB_A_GB = 1024 * 1024
_MOST_A_DAY = 1e9
"""Some ten thousand a second: beyond it no answer is of use."""


@dataclass(frozen=True)
class Other:
    """Another way to serve, for calls a day; `assumes` says what its price rests on."""

    name: str
    assumes: tuple[str, ...]
    line: Callable[[float, Assumptions], Line]


def _real_time(a_day: float, assumed: Assumptions) -> Line:
    """As many instances as are busy all the time; one at least."""
    busy = a_day / 86_400 * assumed.call_ms / 1000 / prices.SAGEMAKER_INSTANCE_CORES
    hours = Term(max(1, math.ceil(busy)) * SECONDS / 3600, "instance hours", prices.SAGEMAKER_INSTANCE_HOUR)
    return Line("requests", REAL_TIME, None, (hours, _data(a_day, assumed)))


def _serverless(a_day: float, assumed: Assumptions) -> Line:
    seconds = DAYS * a_day * assumed.call_ms / 1000 * SERVERLESS_GB
    work = Term(seconds, "GB-s", prices.SAGEMAKER_SERVERLESS_GB_SECOND)
    return Line("requests", SERVERLESS, None, (work, _data(a_day, assumed)))


def _data(a_day: float, assumed: Assumptions) -> Term:
    return Term(DAYS * a_day * 2 * assumed.body_kb / _KB_A_GB, "GB in and out", prices.SAGEMAKER_DATA_GB)


REAL_TIME = f"SageMaker real-time, {prices.SAGEMAKER_INSTANCE}"
SERVERLESS = f"SageMaker serverless, {SERVERLESS_GB} GB"
OTHERS = (
    Other(
        REAL_TIME,
        (
            "One instance, so none where it fails, and another once both its cores are always busy: no peaks.",
            "A call takes it as long as it takes Lambda.",
        ),
        _real_time,
    ),
    Other(
        SERVERLESS,
        (
            "The least memory there is; a call takes as long as with Lambda's, and cold starts, which are those of a "
            "container's image, cost nothing.",
        ),
        _serverless,
    ),
)


def break_even(ours: Callable[[float], float], other: Other, assumed: Assumptions) -> float | None:
    """The calls a day from which on ours costs more: 0 where it always does, None where it never does.

    Ours grows steadily with the calls, theirs by instances: above the answer ours stays the dearer one.
    """

    def dearer(a_day: float) -> bool:
        return ours(a_day) > other.line(a_day, assumed).usd

    if dearer(0.0):
        return 0.0
    if not dearer(_MOST_A_DAY):
        return None
    low, high = 1.0, _MOST_A_DAY
    while high / low > 1.001:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if dearer(middle) else (middle, high)
    return high
