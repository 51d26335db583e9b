"""What the policy does in simulated years of each kind, and in many in which nothing changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benches.gating.rates import wilson
from benches.measuring import PROGRESS
from benches.retraining.policy import EVERY, with_policy
from benches.retraining.shares import gain_share, weekly_auc
from benches.retraining.streams import KINDS, Kind, stream
from benches.retraining.year import Year
from serin.domain.judgement.policy import GatePolicy
from serin.domain.judgement.retraining.policy import RetrainingPolicy

BY_DRIFT = ("performance", "drift")


def streams(policy: RetrainingPolicy, gate: GatePolicy, seeds: int, years: int) -> Mapping[str, Any]:
    """Of each kind, over `seeds` years: how often a training was tried and a version took over, a year; the share of
    the calendar's gain, None where a calendar gains nothing; and how many versions were truly no better, in all years.

    `stationary` is the share of `years` in which nothing changes and nothing that was observed started a training.
    """
    figures: dict[str, Any] = {}
    for kind in KINDS:
        PROGRESS.print(f"{seeds} years, {kind}")
        figures[kind] = _of_kind(kind, policy, gate, seeds)
    PROGRESS.print(f"{years} years in which nothing changes")
    figures["stationary"] = stationary(policy, gate, years)
    return figures


def stationary(policy: RetrainingPolicy, gate: GatePolicy, years: int) -> Mapping[str, float]:
    """In which share of years no training began by performance or drift, with its 95 % interval."""
    quiet = [_is_quiet(policy, gate, 10_000 + seed) for seed in range(years)]
    return wilson(sum(quiet), years)


def _is_quiet(policy: RetrainingPolicy, gate: GatePolicy, seed: int) -> bool:
    # The calendar's trainings would change the model; here it is to stay what it is.
    world = with_policy(stream("none", seed, policy, gate).world, every=None, new_rows=None)
    return not any(tried.cause in BY_DRIFT for tried in Year.of(world).by_policy(stop=True).tried)


def _of_kind(kind: Kind, policy: RetrainingPolicy, gate: GatePolicy, seeds: int) -> Mapping[str, Any]:
    ours, static, scheduled = list[np.ndarray](), list[np.ndarray](), list[np.ndarray]()
    tried = deployed = useless = at_most = 0
    for seed in range(seeds):
        world = stream(kind, seed, policy, gate)
        year = Year.of(world.world)
        course, calendar = year.by_policy(), year.scheduled(EVERY)
        tried, deployed, at_most = tried + len(course.tried), deployed + course.deployed, at_most + calendar.deployed
        useless += world.useless(course)
        for weeks, of in ((ours, course), (static, year.static()), (scheduled, calendar)):
            weeks.append(weekly_auc(world.world, of.score))
    return {
        "retrained": round(tried / seeds, 2),
        "deployed": round(deployed / seeds, 2),
        "scheduled_deployed": round(at_most / seeds, 2),
        "gain_share": None if kind == "none" else gain_share(ours, static, scheduled, seeds),
        "mean_auc": {
            "static": round(float(np.concatenate(static).mean()), 4),
            "ours": round(float(np.concatenate(ours).mean()), 4),
            "scheduled": round(float(np.concatenate(scheduled).mean()), 4),
        },
        "useless_deployments": useless,
        "seed_years": seeds,
    }
