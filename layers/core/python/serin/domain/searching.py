"""Which trials a search makes, and which goes on: grid, random, successive halving over the newest days."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from serin.domain.charter import Scalar, Search
from serin.domain.experiments import BASELINES, TrainingSet, Trial, TrialResult
from serin.domain.metrics import is_better

ETA = 3
"""Each rung of successive halving keeps one in so many trials and gives them so many times the days."""
FEWEST_DAYS = 7
"""A rung learns from a week at least: one weekday is not like another."""


def trials(search: Search, training_set: TrainingSet) -> tuple[Trial, ...]:
    """The trials that begin a search, numbered from 1, and the yardsticks behind them.

    `grid` takes the combinations of the space in the charter's order, the others draw them by the training set's id
    without putting any back (Bergstra and Bengio 2012); `search.trials` at most.
    """
    sizes = [len(values) for values in search.space.values()]
    size = math.prod(sizes)
    drawn = _drawn(size, search.trials, None if search.method == "grid" else Random(training_set.id))
    days = rungs(search, len(drawn), training_set)[0]
    own = [Trial(number, _combination(search, place), days) for number, place in enumerate(drawn, start=1)]
    yardsticks = [Trial(number, {}, None, recipe) for number, recipe in enumerate(BASELINES, start=len(own) + 1)]
    return (*own, *yardsticks)


def rungs(search: Search, count: int, training_set: TrainingSet) -> tuple[int | None, ...]:
    """How many of the newest days each rung learns from, the last from all (None); one rung unless it halves.

    Successive halving (Jamieson and Talwalkar 2016): with `count` trials the first rung has a share of the learnable
    days, each later one `ETA` times as many. Days, never random rows: what is old tells least of what comes.
    """
    if search.method != "halving" or training_set.holdout_from is None:
        return (None,)
    learnable = (training_set.holdout_from - training_set.first).days
    spans = (learnable // ETA**power for power in range(int(math.log(count, ETA) + 1e-9), 0, -1))
    return (*(span for span in spans if span >= FEWEST_DAYS), None)


def next_rung(search: Search, results: Sequence[TrialResult], training_set: TrainingSet) -> tuple[Trial, ...]:
    """The trials that go on, with more days; none when there is a best one of all days, or nothing to go on with.

    `results` are those of every rung so far.
    """
    own = [result for result in results if result.trial.recipe == "pipeline"]
    spans = rungs(search, len({result.trial.number for result in own}), training_set)
    done = {result.trial.days for result in own}
    if None in done or not own:
        return ()
    at = max(place for place, span in enumerate(spans) if span in done)
    there = [result for result in own if result.trial.days == spans[at]]
    going_on = ranked(there, search.optimise)[: max(1, len(there) // ETA)]
    return tuple(replace(result.trial, days=spans[at + 1]) for result in going_on)


def best(search: Search, results: Sequence[TrialResult]) -> TrialResult | None:
    """The best by `search.optimise` of those that learnt from all days; the earlier one of equals. No yardstick."""
    own = [result for result in results if result.trial.recipe == "pipeline" and result.trial.days is None]
    return next(iter(ranked(own, search.optimise)), None)


def ranked(results: Sequence[TrialResult], metric: str) -> list[TrialResult]:
    """Those that have the metric, the best first; the earlier one of equals before the other."""
    ordered: list[TrialResult] = []
    for result in (item for item in results if math.isfinite(item.metrics.get(metric, math.nan))):
        value = result.metrics[metric]
        place = next((at for at, other in enumerate(ordered) if is_better(metric, value, other.metrics[metric])), None)
        ordered.insert(len(ordered) if place is None else place, result)
    return ordered


def said_of(search: Search, results: Sequence[TrialResult]) -> Iterator[str]:
    """What somebody should know of a search: trials that failed, and a yardstick that the best is no better than."""
    for result in results:
        if result.failed is not None:
            what = result.trial.recipe if result.trial.recipe in BASELINES else f"{result.trial.number}"
            yield f"Trial {what} failed: {result.failed}"
    metric, winner = search.optimise, best(search, results)
    for yardstick in results if winner else ():
        theirs = yardstick.metrics.get(metric, math.nan)
        if winner and yardstick.trial.recipe in BASELINES and math.isfinite(theirs):
            ours = winner.metrics[metric]
            if not is_better(metric, ours, theirs):
                name = "the trivial answer" if yardstick.trial.recipe == "trivial" else "a linear model"
                yield (
                    f"On the rows that choose, the best trial has a {metric} of {ours:.4g} and {name} {theirs:.4g}: "
                    "look at the features, or at what the pipeline makes of them"
                )


def merged(before: Sequence[TrialResult], now: Sequence[TrialResult]) -> tuple[TrialResult, ...]:
    """The results of all rungs: a step that is taken twice adds nothing."""
    known = {(result.trial.number, result.trial.days): result for result in (*before, *now)}
    return tuple(known.values())


def _drawn(size: int, most: int, random: Random | None) -> Sequence[int]:
    """Places among so many combinations: all in order where they are few or nothing is drawn."""
    if random is None or size <= most:
        return range(min(size, most))
    places: dict[int, None] = {}
    while len(places) < most:
        places[random.randrange(size)] = None
    return tuple(places)


def _combination(search: Search, place: int) -> dict[str, Scalar]:
    """That combination of the space; the last name's values change first."""
    params: dict[str, Scalar] = {}
    for name, values in reversed(tuple(search.space.items())):
        place, at = divmod(place, len(values))
        params[name] = values[at]
    return {name: params[name] for name in search.space}
