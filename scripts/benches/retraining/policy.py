"""The 43 weeks of flights: the first model for all of them, one every four weeks without asking, and the policy's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from benches.measuring import PROGRESS
from benches.retraining.flights import flights
from benches.retraining.rows import WEEK
from benches.retraining.shares import gain_share, weekly_auc
from benches.retraining.world import World
from benches.retraining.year import Year

EVERY = 4 * WEEK


def policy(seed: int, world: World | None = None) -> Mapping[str, Any]:
    """Mean AUC of the weeks, what of the calendar's gain the policy has, and how often a model took another's place.

    `poisoned_rejected` is the share of trainings whose gate keeps out the same challenger with 30 % of its labels
    flipped. `causes` are those of the trainings tried, `live_since` when each version took over.
    """
    world = world or flights()
    year = Year.of(world)
    PROGRESS.print("one every four weeks")
    scheduled = year.scheduled(EVERY)
    PROGRESS.print("by the policy")
    ours = year.by_policy(poison=True, progress=PROGRESS.print)
    auc, static, calendar = (weekly_auc(world, course.score) for course in (ours, year.static(), scheduled))
    poisoned = [tried.poisoned.outcome != "pass" for tried in ours.tried if tried.poisoned]
    return {
        "mean_auc": round(float(auc.mean()), 4),
        "static_auc": round(float(static.mean()), 4),
        "scheduled_auc": round(float(calendar.mean()), 4),
        "gain_share": gain_share([auc], [static], [calendar], seed),
        "deployed": ours.deployed,
        "scheduled_deployed": scheduled.deployed,
        "tried": len(ours.tried),
        "poisoned_rejected": round(sum(poisoned) / len(poisoned), 4) if poisoned else None,
        "causes": dict(Counter(tried.cause for tried in ours.tried)),
        "live_since": [f"{version.since:%Y-%m-%d}" for version in ours.versions],
    }


def with_policy(world: World, **parts: Any) -> World:
    """The world under a policy that differs in these parts."""
    return replace(world, policy=replace(world.policy, **parts))
