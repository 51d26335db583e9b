"""The alarms of an endpoint: on the calls of its alias, whichever version answered them."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from serin.domain.charter import Objectives

MINUTE = cdk.Duration.minutes(1)
MINUTES, NEEDED = 5, 3
"""Of the last five minutes three have to be bad: one slow start is no alarm."""


class EndpointAlarms(Construct):
    """Failures, throttled calls, and slow ones, by what the charter promises callers; `topic_arn` is told of changes.

    The versions an alias leads to are numbered by releases, long after the template was written, so none is named
    here; a release watches its own version's metrics itself. A minute without calls is a good one.
    """

    def __init__(
        self, scope: Construct, id: str, *, function: str, alias: str, objectives: Objectives, topic_arn: str
    ) -> None:
        super().__init__(scope, id)
        self._function = function
        self._dimensions = {"FunctionName": function, "Resource": f"{function}:{alias}"}
        self._topic = actions.SnsAction(sns.Topic.from_topic_arn(self, "Notices", topic_arn))
        share = cloudwatch.MathExpression(
            expression="errors / calls",
            using_metrics={"errors": self._metric("Errors", "Sum"), "calls": self._metric("Invocations", "Sum")},
            period=MINUTE,
            label="share of calls that failed",
        )
        rate = objectives.error_rate
        self._alarm("errors", share, rate, f"More than {100 * rate:g} % of the calls fail")
        self._alarm("throttles", self._metric("Throttles", "Sum"), 0, "Lambda has no room for some calls")
        slow, limit = self._metric("Duration", "p95"), objectives.latency_p95_ms
        self._alarm("latency", slow, limit, f"More than one call in twenty takes over {limit:g} ms")

    def _metric(self, name: str, statistic: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/Lambda",
            metric_name=name,
            dimensions_map=self._dimensions,
            statistic=statistic,
            period=MINUTE,
        )

    def _alarm(self, name: str, metric: cloudwatch.IMetric, threshold: float, description: str) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name.capitalize(),
            alarm_name=f"{self._function}-{name}",
            alarm_description=f"{description}, in three of five minutes",
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=MINUTES,
            datapoints_to_alarm=NEEDED,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._topic)
        alarm.add_ok_action(self._topic)
