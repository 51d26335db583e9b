"""What AWS asks for what Serin uses: list prices of us-east-1 in USD, without taxes and other free shares than named.

Read at https://aws.amazon.com/cloudwatch/pricing/ and https://aws.amazon.com/lambda/pricing/, by the day below.
"""

from __future__ import annotations

from datetime import date

AS_OF = date(2025, 12, 31)

ALARM_METRIC = 0.10
"""A month, for each metric an alarm reads, looked at each minute or less often."""
FAST_ALARM_METRIC = 0.30
"""The same, with a period below a minute."""
COMPOSITE_ALARM = 0.50
CUSTOM_METRIC = 0.30
"""A month, for each set of dimensions."""
DASHBOARD = 3.00
"""A month, beyond the account's first three of at most fifty metrics each."""
FREE_DASHBOARDS, FREE_DASHBOARD_METRICS = 3, 50

LAMBDA_CALL = 0.20 / 1_000_000
LAMBDA_GB_SECOND = 0.0000133334
"""On arm64, which stages use by default; x86_64 costs a quarter more."""

TRAINER_SECOND = LAMBDA_GB_SECOND * 3008 / 1024
"""A second of a training's functions, which have 3,008 MB."""


def calls_cost(calls: int, gb_seconds: float) -> float:
    """What so many calls of functions cost, which were billed so many seconds times GB of memory."""
    return calls * LAMBDA_CALL + gb_seconds * LAMBDA_GB_SECOND
