"""The shape of what a charter's section `design` says of rules and money."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from serin.domain.compliance import Budget, Compliance
from serin.domain.judgement.retraining.policy import RetrainingPolicy
from serin.domain.personal import Treatment
from serin.files.durations import duration
from serin.files.sections import AS_WRITTEN, SPAN_TEXT, Column, Section

_DAY = timedelta(days=1)
_TRAININGS = RetrainingPolicy().trainings_per_month


def _days(text: object) -> timedelta:
    span = duration(text)
    if span % _DAY:
        raise ValueError("Write whole days, such as 730d: S3 keeps objects by days.")
    return span


Region = Annotated[str, Field(pattern=r"^[a-z]{2,}(-[a-z]+)+-[0-9]$")]


class ComplianceSection(Section):
    region: Region | None = None
    personal_data: dict[Column, Treatment] = {}
    retention: Annotated[timedelta, BeforeValidator(_days), AS_WRITTEN, SPAN_TEXT] | None = None


class BudgetSection(Section):
    usd_per_month: float | None = Field(default=None, gt=0, le=1_000_000)
    requests_per_second: int | None = Field(default=None, ge=1, le=10_000)
    trainings_per_month: int = Field(default=_TRAININGS, ge=0, le=1000)


def compliance_of(section: ComplianceSection) -> Compliance:
    """What a written section asks of where and how long."""
    return Compliance(section.region, section.retention, section.personal_data or None)


def budget_of(section: BudgetSection) -> Budget:
    """What a written section says of money and calls; trainings are the retraining policy's."""
    return Budget(section.usd_per_month, section.requests_per_second)
