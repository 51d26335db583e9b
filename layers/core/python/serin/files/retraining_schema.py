"""The shape of a charter's section `retraining`; `retraining_checks` has its meaning.

What is not written is as the policy has it.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from serin.domain.judgement.retraining.policy import OnDataDrift, OnPerformance, RetrainingPolicy
from serin.files.design_schema import BudgetSection
from serin.files.sections import Duration, Section

_POLICY = RetrainingPolicy()


class RetrainingSection(Section):
    every: Duration | None = _POLICY.every
    new_rows: int | None = Field(default=_POLICY.new_rows, ge=1)
    on_performance: OnPerformance = _POLICY.on_performance
    on_data_drift: OnDataDrift = _POLICY.on_data_drift
    cooldown: Duration | None = None


def least_cooldown(holdout: timedelta | None, watermark: timedelta) -> timedelta:
    """The shortest span between two trainings after which other days judge than those that were learnt from."""
    return (holdout or timedelta(0)) + watermark


def retraining_policy(
    section: RetrainingSection,
    budget: BudgetSection,
    *,
    holdout: timedelta | None,
    watermark: timedelta,
    window: timedelta,
) -> RetrainingPolicy:
    """What the written sections ask of retraining."""
    return RetrainingPolicy(
        every=section.every,
        new_rows=section.new_rows,
        on_performance=section.on_performance,
        on_data_drift=section.on_data_drift,
        cooldown=section.cooldown or least_cooldown(holdout, watermark),
        trainings_per_month=budget.trainings_per_month,
        window=window,
    )
