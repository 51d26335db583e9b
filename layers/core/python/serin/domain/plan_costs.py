"""What a training costs beside the making of its rows, by what the last one took; and the charter's ceiling on it.

The plan, the refusal of a training and `serin validate` count by what is here.
"""

from __future__ import annotations

from dataclasses import dataclass

from serin.domain.compliance import Budget
from serin.domain.errors import TooLarge
from serin.domain.measurements import Estimate
from serin.domain.prices import TRAINER_SECOND
from serin.domain.training_machines import MACHINES

FITS_AFTERWARDS = 3
"""After its trials a training fits three times more: for the contest, beside a champion, and on everything."""


@dataclass(frozen=True)
class LastFits:
    """What the fits of a run took: on so many rows each, in seconds of functions or machines.

    Of them `afterwards` were those that follow the trials; of rows in shards they are as many times more.
    """

    run: str
    rows: int
    seconds: float
    afterwards: float = 0.0


@dataclass(frozen=True)
class Fits:
    """What fitting would take, as it took in `run` on `measured_rows`: seconds of functions or machines, and USD."""

    run: str
    measured_rows: int
    seconds: float
    usd: float


@dataclass(frozen=True)
class MoreRows:
    """What `times` the rows would bring, and a training on them cost, by what was seen in `run`.

    `gain` is by how much `metric` would become better, with an interval of 95 %; positive is better. Where nobody knows
    it is None and `unknown` says why. `refused` says why no training on so many rows would begin.
    """

    times: int
    usd: float
    metric: str = ""
    gain: Estimate | None = None
    run: str | None = None
    unknown: str | None = None
    refused: str | None = None


def fits_on(last: LastFits, rows: int, machine: str | None = None, shards: int = 1) -> Fits:
    """What the same fits would take on so many rows, in functions or on a machine, if their time grows as the rows do.

    Where the rows are in shards, trials are fitted on the first of them only. A machine costs its list price, on
    demand: what spot costs changes from day to day.
    """
    trials = (last.seconds - last.afterwards) / shards
    seconds = (trials + last.afterwards) * rows / max(last.rows, 1)
    price = TRAINER_SECOND if machine is None else MACHINES[machine].usd_hour / 3600
    return Fits(last.run, last.rows, seconds, seconds * price)


def over_ceiling(budget: Budget, making_usd: float, fits: Fits | None) -> str | None:
    """Why a training is not begun that costs more than the charter lets a whole month cost; None where it does not."""
    ceiling, usd = budget.usd_per_month, making_usd + (fits.usd if fits else 0.0)
    if ceiling is None or usd <= ceiling:
        return None
    parts = f"{dollars(making_usd)} to make its training set"
    parts += f", {dollars(fits.usd)} for fits as in run {fits.run}" if fits else "; no fits have been measured yet"
    return str(
        TooLarge(
            f"A training would cost about {dollars(usd)} ({parts}); design.budget.usd_per_month is {dollars(ceiling)}.",
            "Raise the budget, or shorten training.window.",
            "design.budget.usd_per_month",
        )
    )


def dollars(usd: float) -> str:
    """An amount in cents; a smaller one by its first digits, for no cost is none."""
    return f"${usd:,.2f}" if usd >= 0.01 or usd == 0 else f"${usd:.2g}"
