"""The one way to make an alarm: it tells the topic, and its description is the notice people read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.stack import SerinStack

FIVE_MINUTES = cdk.Duration.minutes(5)
_NAMED = 10
"""Models a notice about all of them names; CloudWatch keeps 1,024 characters of a description."""


@dataclass(frozen=True)
class Notice:
    """What people are told: whom it is about, what happened, and what to do."""

    about: str
    happened: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.about}: {self.happened}. {self.remedy}"


@dataclass(frozen=True)
class Bad:
    """When an alarm goes off: in `needed` of the last `periods` periods the metric was above the limit.

    With `below` it has to be below. A period without data is a good one, but where silence itself is bad.
    """

    limit: float = 0
    periods: int = 1
    needed: int = 1
    below: bool = False
    silent: bool = False


def about(stack: SerinStack, model: str | None) -> str:
    """Whom a notice is about: one model, or what all models of the stage share."""
    if model:
        return f"Model {model} (stage {stack.names.stage})"
    models = stack.deployment.models
    return f"All models of stage {stack.names.stage} ({named(models)})"


def named(models: Sequence[str]) -> str:
    """The models' names, and how many more there are."""
    more = len(models) - _NAMED
    return ", ".join(models[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def alarm(scope: Construct, id: str, name: str, metric: cloudwatch.IMetric, bad: Bad, notice: Notice) -> None:
    """An alarm that tells the topic `notices` when it goes off and when it is over; `name` is its full name."""
    comparison = cloudwatch.ComparisonOperator
    missing = cloudwatch.TreatMissingData
    new = cloudwatch.Alarm(
        scope,
        id,
        alarm_name=name,
        alarm_description=str(notice),
        metric=metric,
        threshold=bad.limit,
        comparison_operator=comparison.LESS_THAN_THRESHOLD if bad.below else comparison.GREATER_THAN_THRESHOLD,
        evaluation_periods=bad.periods,
        datapoints_to_alarm=bad.needed,
        treat_missing_data=missing.BREACHING if bad.silent else missing.NOT_BREACHING,
    )
    stack = cdk.Stack.of(scope)
    assert isinstance(stack, SerinStack), "alarms belong to a stage"
    topic = actions.SnsAction(sns.Topic.from_topic_arn(scope, f"{id}Notices", stack.addresses.topic("notices")))
    new.add_alarm_action(topic)
    new.add_ok_action(topic)
