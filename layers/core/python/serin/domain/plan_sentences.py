"""A plan in words: `serin plan` and `serin validate` say the same, and a training that is refused says it too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serin.domain.cut_carriers import Carrier
from serin.domain.cut_plan import CutPlan
from serin.domain.piece_jobs import PIECE_MACHINE
from serin.domain.plain_numbers import how_many
from serin.domain.plan_costs import Fits, MoreRows, dollars
from serin.domain.training_machines import MACHINES
from serin.domain.training_size import plus_minus

CARRIERS: Mapping[Carrier, str] = {
    "whole": "in one go, by the function that builds training sets",
    "process": "in pieces, one after the other, by the function that builds training sets",
    "map": "in pieces, by functions that Step Functions calls as a distributed map",
    "jobs": "in pieces, by training jobs that share them",
}


def sentences_of(plan: CutPlan) -> Iterator[str]:
    """What the plan comes to, or why nothing of it is begun; and what more rows would bring."""
    if plan.refused:
        yield f"Refused: {plan.refused}"
        return
    yield (
        f"At most {plan.rows:,} rows of {plan.columns} columns, made {CARRIERS.get(plan.carrier, plan.carrier)}: about "
        f"{plan.seconds:,.0f} s of {'machines' if plan.piece_jobs else 'functions'} and {dollars(plan.usd)}."
    )
    if plan.piece_jobs:
        yield (
            f"Up to {how_many(plan.piece_jobs, 'job')} at once, each on an {PIECE_MACHINE.name} of "
            f"{dollars(PIECE_MACHINE.usd_hour)} an hour: less than functions would cost."
        )
    yield _said_of_fits(plan.fits, plan.usd)
    if plan.machine:
        hour = dollars(MACHINES[plan.machine].usd_hour)
        yield (
            f"If all of them have a label, training jobs fit them, up to {plan.machines} at once, each on an "
            f"{plan.machine} of {hour} an hour."
        )
    if plan.shards > 1:
        yield _said_of_shards(plan)
    if plan.doubt:
        yield f"If all of them have a label, nothing trains on them: {plan.doubt}"
    if plan.more:
        yield said_of_more(plan.more)


def _said_of_fits(fits: Fits | None, making_usd: float) -> str:
    if fits is None:
        return "No training has been judged yet, so nobody knows what its fits take."
    return (
        f"Fits as in run {fits.run}, which had {how_many(fits.measured_rows, 'row')}: about {fits.seconds:,.0f} s and "
        f"{dollars(fits.usd)}; the training together about {dollars(making_usd + fits.usd)}."
    )


def _said_of_shards(plan: CutPlan) -> str:
    hours = "" if plan.fits is None else f" Its fits together take about {plan.fits.seconds / 3600:,.1f} hours."
    return (
        f"That machine has no room for all of them: they are fitted in {plan.shards} shards of about "
        f"{plan.rows // plan.shards:,} rows, one after the other, and the model is the mean of the raw scores of "
        f"{plan.shards} models, served as one. Trials learn from the first shard. Only pipelines that end with "
        f"HistGradientBoosting can be fitted so.{hours}"
    )


def said_of_more(more: MoreRows) -> str:
    """The expected gain with its uncertainty and its price, or why nobody knows it."""
    begin = f"{more.times} times the rows: "
    if more.gain is None:
        gain = f"nobody knows the gain, for {more.unknown}"
    else:
        gain = f"expected gain {plus_minus(more.gain)} {more.metric} (95 %; run {more.run})"
    cost = f"a training about {dollars(more.usd)}" if more.refused is None else f"not begun: {more.refused}"
    return f"{begin}{gain}; {cost}{'' if cost.endswith('.') else '.'}"
