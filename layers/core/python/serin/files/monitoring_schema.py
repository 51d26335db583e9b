"""The shape of a charter's section `monitoring`; what is not written is as the domain has it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from serin.domain.charter import Monitoring
from serin.domain.judgement.watching.policy import WatchPolicy
from serin.files.durations import duration, written
from serin.files.sections import AS_WRITTEN, SPAN_TEXT, Section

SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=31)
_DAY = timedelta(days=1)
_MOST_SLICES = 5
_MONITORING = Monitoring()
_POLICY = _MONITORING.policy


def _every(text: object) -> timedelta:
    span = duration(text)
    if not SHORTEST <= span <= LONGEST:
        raise ValueError(f"Write a span from {written(SHORTEST)} to {written(LONGEST)}.")
    if _DAY % span and span % _DAY:
        raise ValueError("Write a span that divides a day, such as 6h, or whole days.")
    return span


def _window(text: object) -> timedelta:
    span = duration(text)
    if span % _DAY or span > LONGEST:
        raise ValueError(f"Write whole days, {written(LONGEST)} at most: windows are made of days.")
    return span


class MonitoringSection(Section):
    every: Annotated[timedelta, BeforeValidator(_every), AS_WRITTEN, SPAN_TEXT] = _MONITORING.every
    window: Annotated[timedelta, BeforeValidator(_window), AS_WRITTEN, SPAN_TEXT] = _POLICY.window
    minimum_rows: int = Field(default=_POLICY.minimum_rows, ge=2, le=1_000_000)
    false_alarms_per_year: float = Field(default=_POLICY.false_alarms_per_year, gt=0, le=52)
    slices: Annotated[list[str], Field(max_length=_MOST_SLICES)] = []
    traced: bool = False


def monitoring_of(section: MonitoringSection) -> Monitoring:
    """What a written section asks of watching."""
    policy = WatchPolicy(section.window, section.minimum_rows, section.false_alarms_per_year)
    return Monitoring(section.every, policy, tuple(section.slices), section.traced)
