"""How long logs are kept."""

from __future__ import annotations

from datetime import timedelta

from aws_cdk import aws_logs as logs

from infra.settings import Settings

_RETENTIONS = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    731: logs.RetentionDays.TWO_YEARS,
}


def retention_of(settings: Settings, no_longer_than: timedelta | None = None) -> logs.RetentionDays:
    """The retention of a stage's logs, or the longest there is that ends before a whole number of days."""
    days = settings.log_retention_days
    if no_longer_than is not None:
        days = min(days, max(span for span in _RETENTIONS if span <= no_longer_than.days))
    return _RETENTIONS[days]
