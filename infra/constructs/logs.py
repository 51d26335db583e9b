"""How long logs are kept."""

from __future__ import annotations

from aws_cdk import aws_logs as logs

from infra.settings import Settings

_RETENTIONS = {
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    731: logs.RetentionDays.TWO_YEARS,
}


def retention_of(settings: Settings) -> logs.RetentionDays:
    """The retention of a stage's logs."""
    return _RETENTIONS[settings.log_retention_days]
