"""What services count of themselves, as metrics of CloudWatch at the clock's now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from moto.cloudwatch.models import MetricDatum, cloudwatch_backends

from infra.local.wiring import ACCOUNT, wiring

Measured = tuple[str, float, str]
"""A metric's name, a value and its unit."""


class Level(MetricDatum):
    """A value that holds until the next one of its metric: AWS says it anew each minute, here it is said once."""


def measure(
    namespace: str, region: str, values: Iterable[Measured], *dimensions: Mapping[str, str], level: bool = False
) -> None:
    """Put each value once for each set of dimensions."""
    now, kind = wiring().clock.now().replace(tzinfo=None), Level if level else MetricDatum
    named = [[{"Name": name, "Value": value} for name, value in one.items()] for one in dimensions]
    cloudwatch_backends[ACCOUNT][region].metric_data.extend(
        kind(namespace, name, value, own, now, unit) for own in named for name, value, unit in values
    )
