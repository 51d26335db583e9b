"""Metrics that functions write into their logs, as CloudWatch takes them out of the lines.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from infra.local.delivery.measuring import measure

_MARK = '"_aws"'


def measure_embedded(region: str, texts: Iterable[str]) -> None:
    """Put the metrics of these lines; a line of another form is one of the log and nothing more, as on AWS."""
    for text in texts:
        if _MARK in text:
            for namespace, values, dimensions in _metrics(text):
                measure(namespace, region, values, *dimensions)


def _metrics(text: str) -> Iterator[tuple[str, list[tuple[str, float, str]], list[dict[str, str]]]]:
    try:
        line = json.loads(text)
        for definition in line["_aws"]["CloudWatchMetrics"]:
            yield _read(definition, line)
    except (ValueError, KeyError, TypeError):
        return


def _read(
    definition: Mapping[str, Any], line: Mapping[str, Any]
) -> tuple[str, list[tuple[str, float, str]], list[dict[str, str]]]:
    values = [(one["Name"], float(line[one["Name"]]), one.get("Unit", "None")) for one in definition["Metrics"]]
    dimensions = [{name: str(line[name]) for name in names} for names in definition["Dimensions"]]
    return definition["Namespace"], values, dimensions
