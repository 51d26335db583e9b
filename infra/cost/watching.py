"""What alarms, custom metrics and dashboards of templates cost a month, whether anybody calls or not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from infra.cost.lines import Line, Template, Term
from serin.domain import prices

_MINUTE_S = 60


def watching_of(templates: Iterable[Template], models: Sequence[str]) -> list[Line]:
    """Everything in these templates that CloudWatch asks money for while nothing happens."""
    resources = [one for template in templates for one in template["Resources"].values()]
    dashboards = [one["Properties"] for one in resources if one["Type"] == "AWS::CloudWatch::Dashboard"]
    return [
        *(line for one in resources for line in _one(one["Type"], one.get("Properties", {}), models)),
        *(_dashboard(at, dashboard) for at, dashboard in enumerate(dashboards)),
    ]


def _one(kind: str, properties: Mapping[str, Any], models: Sequence[str]) -> Iterator[Line]:
    name = str(properties.get("AlarmName", ""))
    model = next((model for model in models if name.endswith(f"-{model}")), None)
    if kind == "AWS::CloudWatch::Alarm":
        periods = [one["MetricStat"]["Period"] for one in properties.get("Metrics", ()) if "MetricStat" in one]
        periods = periods or [properties["Period"]]
        price = prices.ALARM_METRIC if min(periods) >= _MINUTE_S else prices.FAST_ALARM_METRIC
        yield _watching(f"alarm {name}", model, len(periods), price)
    elif kind == "AWS::CloudWatch::CompositeAlarm":
        yield _watching(f"alarm {name}", model, 1, prices.COMPOSITE_ALARM)
    elif kind == "AWS::Logs::MetricFilter":
        yield _watching("metric filter", None, len(properties["MetricTransformations"]), prices.CUSTOM_METRIC)


def _watching(what: str, model: str | None, metrics: int, price: float) -> Line:
    return Line("idle", what, model, (Term(metrics, "metric" if metrics == 1 else "metrics", price),))


def _dashboard(at: int, properties: Mapping[str, Any]) -> Line:
    shown = metrics_shown(properties["DashboardBody"])
    free = at < prices.FREE_DASHBOARDS and shown <= prices.FREE_DASHBOARD_METRICS
    why = f"{shown} metrics; an account's first {prices.FREE_DASHBOARDS} of {prices.FREE_DASHBOARD_METRICS} are free"
    price = Term(1, "dashboard", 0.0 if free else prices.DASHBOARD)
    return Line("idle", f"dashboard {properties['DashboardName']} ({why})", None, (price,))


def metrics_shown(body: Any) -> int:
    """Different metrics on a dashboard; statistics of one are one."""
    text = (
        body if isinstance(body, str) else "".join(one if isinstance(one, str) else "?" for one in body["Fn::Join"][1])
    )
    shown = set()
    for widget in json.loads(text)["widgets"]:
        for metric in widget["properties"].get("metrics", ()):
            shown.add(tuple(part for part in metric if isinstance(part, str)))
    return len(shown)
