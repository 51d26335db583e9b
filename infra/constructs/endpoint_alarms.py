"""The alarms of an endpoint: on the calls of its alias, whichever version answered them."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.alarms import Bad, Notice, about, alarm
from infra.constructs.stack import SerinStack
from serin.domain.charter import Objectives
from serin.domain.failed_answers import FAILED_ANSWERS, NAMESPACE

MINUTE = cdk.Duration.minutes(1)
MINUTES, NEEDED = 5, 3
"""Of the last five minutes three have to be bad: one slow start is no alarm."""
ALIAS = "live"


class EndpointAlarms(Construct):
    """Failures, throttled calls, and slow ones, by what the charter promises callers.

    The versions an alias leads to are numbered by releases, long after the template was written, so none is named
    here; a release watches its own version's metrics itself. A minute without calls is a good one.
    """

    def __init__(self, stack: SerinStack, id: str, model: str, objectives: Objectives) -> None:
        super().__init__(stack, id)
        self._stack, self._model = stack, model
        look = f"`./scripts/serin health {model}` says which version"
        back = f"`./scripts/serin release rollback {model}`"
        rate, limit = objectives.error_rate, objectives.latency_p95_ms
        self._alarm(
            "errors",
            self._share_that_failed(),
            rate,
            f"more than {100 * rate:g} % of the calls fail",
            f"{look}; if the one before did better, put it back: {back}.",
        )
        self._alarm(
            "throttles",
            endpoint_metric(stack, model, "Throttles", "Sum"),
            0,
            "Lambda has no room for some of the calls",
            "Ask AWS for more concurrent executions (Service Quotas, Lambda), or let fewer calls in: "
            "`requests_per_second` in cdk.json.",
        )
        self._alarm(
            "latency",
            endpoint_metric(stack, model, "Duration", "p95"),
            limit,
            f"more than one call in twenty takes over {limit:g} ms",
            f"{look}, and whether it is cold starts; if the one before was quicker, put it back: {back}.",
        )

    def _share_that_failed(self) -> cloudwatch.IMetric:
        """Calls that died, and those answered though the model's code failed, which Lambda calls good ones."""
        counts = {"errors": "Errors", "calls": "Invocations"}
        counted = {key: endpoint_metric(self._stack, self._model, name, "Sum") for key, name in counts.items()}
        return cloudwatch.MathExpression(
            expression="(errors + FILL(answers, 0)) / calls",
            using_metrics={**counted, "answers": _failed_answers(self._stack, self._model)},
            period=MINUTE,
            label="share of calls that failed",
        )

    def _alarm(self, what: str, metric: cloudwatch.IMetric, limit: float, happened: str, remedy: str) -> None:
        notice = Notice(about(self._stack, self._model), f"{happened}, in three of five minutes", remedy)
        name = self._stack.names.alarm(what, self._model)
        alarm(self, what.capitalize(), name, metric, Bad(limit, MINUTES, NEEDED), notice)


def _failed_answers(stack: SerinStack, model: str) -> cloudwatch.Metric:
    """What `predict` says of itself in its log; there is no such metric as long as none has failed."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=FAILED_ANSWERS,
        dimensions_map={"stage": stack.names.stage, "model": model},
        statistic="Sum",
        period=MINUTE,
    )


def endpoint_metric(stack: SerinStack, model: str, name: str, statistic: str) -> cloudwatch.Metric:
    """What Lambda counts of the calls of a model's live alias, by the minute."""
    function = stack.names.function("predict", model)
    return cloudwatch.Metric(
        namespace="AWS/Lambda",
        metric_name=name,
        dimensions_map={"FunctionName": function, "Resource": f"{function}:{ALIAS}"},
        statistic=statistic,
        period=MINUTE,
    )
