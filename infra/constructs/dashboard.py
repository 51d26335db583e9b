"""One page a stage: which alarms are on, and how each model's endpoint does, version by version."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.constructs.endpoint_alarms import endpoint_metric
from infra.constructs.stack import SerinStack

STAGE_ALARMS = ("api", "failed", "undelivered", "uploads-dead", "release", "reconcile")
MODEL_ALARMS = ("errors", "throttles", "latency", "training", "failed", "undelivered")
_WIDE, _HALF = 24, 12
_DRAWN = 90
"""Models whose calls are drawn: CloudWatch shows 500 widgets on a page. Of more, the alarms alone are shown."""
_BY_VERSION = (
    "filter ispresent(prediction_id)",
    "stats count_distinct(request_id) as requests, pct(ms, 50) as p50_ms, pct(ms, 95) as p95_ms, "
    "avg(cpu_ms) as cpu_ms, sum(cold) / count(*) as cold_share by version",
)
_BY_PROCESS = (
    "filter type = 'platform.report'",
    "stats count(*) as calls, sum(record.status != 'success') as failed, max(record.metrics.maxMemoryUsedMB) as "
    "memory_mb, sum(record.metrics.billedDurationMs) / 1000 as billed_s, max(record.metrics.initDurationMs) as cold_ms "
    "by bin(1h)",
)


def stage_dashboard(stack: SerinStack) -> None:
    """The dashboard `serin-STAGE`.

    What is per version is read from the logs when somebody looks, so that no version costs a metric.
    """
    page = cloudwatch.Dashboard(stack, "Dashboard", dashboard_name=stack.names.prefix)
    page.add_widgets(_alarms(stack, "What all models share", [stack.names.alarm(name) for name in STAGE_ALARMS]))
    models = stack.deployment.models
    for model in models:
        page.add_widgets(_alarms(stack, model, [stack.names.alarm(name, model) for name in MODEL_ALARMS]))
        if len(models) > _DRAWN:
            continue
        page.add_widgets(_calls(stack, model), _durations(stack, model))
        page.add_widgets(_read(stack, model, "by version", _BY_VERSION), _read(stack, model, "by hour", _BY_PROCESS))


def _alarms(stack: SerinStack, title: str, names: list[str]) -> cloudwatch.IWidget:
    here = f"arn:{Aws.PARTITION}:cloudwatch:{Aws.REGION}:{Aws.ACCOUNT_ID}:alarm:"
    alarms = [cloudwatch.Alarm.from_alarm_arn(stack, f"Shown-{name}", f"{here}{name}") for name in names]
    return cloudwatch.AlarmStatusWidget(title=title, alarms=alarms, width=_WIDE, height=2)


def _calls(stack: SerinStack, model: str) -> cloudwatch.IWidget:
    counted = [endpoint_metric(stack, model, name, "Sum") for name in ("Invocations", "Errors", "Throttles")]
    return cloudwatch.GraphWidget(title=f"{model}: calls a minute", left=counted, width=_HALF)


def _durations(stack: SerinStack, model: str) -> cloudwatch.IWidget:
    spread = [endpoint_metric(stack, model, "Duration", statistic) for statistic in ("p50", "p95", "p99")]
    return cloudwatch.GraphWidget(title=f"{model}: milliseconds a call", left=spread, width=_HALF)


def _read(stack: SerinStack, model: str, how: str, query: tuple[str, ...]) -> cloudwatch.IWidget:
    group = stack.names.function_log(stack.names.function("predict", model))
    return cloudwatch.LogQueryWidget(
        title=f"{model}: {how}", log_group_names=[group], query_lines=list(query), width=_HALF, height=6
    )
