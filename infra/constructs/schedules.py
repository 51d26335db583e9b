"""Calls that come again and again: those of one rate share rules, because an account's default bus has 300."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs

from infra.constructs.stack import SerinStack
from infra.quotas import TARGETS_A_RULE

ACQUIRE, WATCH, FEEDBACK = "acquire", "watch", "feedback"
"""What schedules are for; the names of their rules begin with it."""


@dataclass(frozen=True)
class Call:
    """A function, by its ARN, called every so often with `given`, or with the schedule's own event.

    `waiting` is the ARN of the queue for calls that could not be begun.
    """

    function: str
    every: timedelta
    waiting: str
    given: Mapping[str, str] | None = None


def call_often(stack: SerinStack, name: str, description: str, calls: Sequence[Call]) -> None:
    """Rules `serin-STAGE-NAME-…`, each with as many of the calls of one rate as a rule has targets.

    Each call is a target of its own: one that fails or takes long keeps no other waiting. The functions have to let the
    rules call them: `schedules_may_call`.
    """
    for minutes, number, group in groups_of(calls):
        rule = events.Rule(
            stack,
            f"{name.capitalize()}-{minutes}-{number}",
            rule_name=stack.names.schedule(name, minutes, number),
            description=description,
            schedule=events.Schedule.rate(cdk.Duration.minutes(minutes)),
        )
        for at, call in enumerate(group):
            rule.add_target(_target(rule, at, call))


def groups_of(calls: Sequence[Call]) -> Iterator[tuple[int, int, Sequence[Call]]]:
    """Minutes, a number from 1 on, and the calls of one rule."""
    rates = sorted({call.every for call in calls})
    for every in rates:
        due = [call for call in calls if call.every == every]
        for start in range(0, len(due), TARGETS_A_RULE):
            yield int(every.total_seconds() // 60), start // TARGETS_A_RULE + 1, due[start : start + TARGETS_A_RULE]


def _target(rule: events.Rule, at: int, call: Call) -> targets.LambdaFunction:
    # One permission a function stands for all rules; the CDK's own, one a rule, would outgrow the function's policy.
    known = lambda_.Function.from_function_attributes(
        rule, f"Function{at}", function_arn=call.function, same_environment=False, skip_permissions=True
    )
    return targets.LambdaFunction(
        known,
        event=None if call.given is None else events.RuleTargetInput.from_object(call.given),
        dead_letter_queue=sqs.Queue.from_queue_arn(rule, f"Waiting{at}", call.waiting),
    )


def schedules_may_call(stack: SerinStack, name: str, function: lambda_.Function, model: str | None = None) -> None:
    """Let the rules of `call_often(…, name, …)` call a function, however many they become."""
    lambda_.CfnPermission(
        stack,
        "-".join([f"{name.capitalize()}MayCall", *([model] if model else [])]),
        action="lambda:InvokeFunction",
        function_name=function.function_arn,
        principal="events.amazonaws.com",
        source_arn=stack.addresses.schedules(name),
    )
