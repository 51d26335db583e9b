"""Rules: what happens when an event or a moment comes, and where it waits when nobody took it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from infra.constructs.function import ServiceFunction
from infra.constructs.stack import SerinStack
from serin.domain.aws_events import EXECUTION_ENDED
from serin.domain.events import SOURCE, EventName


def on_event(
    stack: SerinStack,
    id: str,
    name: EventName,
    detail: Mapping[str, Any] | None = None,
    sources: Sequence[str] | None = (SOURCE,),
    bus: str | None = None,
) -> events.Rule:
    """A rule for our own events of that name, sent by one of `sources` (None: by anybody), whose details match.

    It is on our own bus, or on the one of that name.
    """
    return events.Rule(
        stack,
        id,
        description=f"{name} on the bus {bus or stack.names.bus}",
        event_bus=events.EventBus.from_event_bus_name(stack, f"{id}Bus", bus or stack.names.bus),
        event_pattern=events.EventPattern(
            source=None if sources is None else list(sources), detail_type=[name], detail=detail
        ),
    )


def on_early_end(
    stack: SerinStack, id: str, description: str, machines: Sequence[str | Mapping[str, str]]
) -> events.Rule:
    """A rule for executions that did not end of themselves, of state machines given by ARN or by `{"prefix": …}`."""
    return events.Rule(
        stack,
        id,
        description=description,
        event_pattern=events.EventPattern(
            source=["aws.states"],
            detail_type=[EXECUTION_ENDED],
            detail={"stateMachineArn": list(machines), "status": ["FAILED", "TIMED_OUT", "ABORTED"]},
        ),
    )


def call_function(
    rule: events.Rule, function: ServiceFunction, waiting: str, given: Mapping[str, str] | None = None
) -> None:
    """Give the event to a function, or `given`, made of constants and fields of the event.

    `waiting` is the ARN of the queue for events that could not be given.
    """
    target = targets.LambdaFunction(
        function.function,
        event=None if given is None else events.RuleTargetInput.from_object(given),
        dead_letter_queue=_waiting(rule, waiting),
    )
    rule.add_target(target)


def send_on(rule: events.Rule, buses: Sequence[events.EventBus], role: iam.Role, waiting: str) -> None:
    """Give the event, as it is, to other buses of the account, as `role`.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
    """
    for bus in buses:
        rule.add_target(targets.EventBus(bus, role=role, dead_letter_queue=_waiting(rule, waiting)))


def send_to_queue(rule: events.Rule, queue: sqs.Queue, waiting: str) -> None:
    """Give the event to a queue, whose policy lets this rule send and nothing more."""
    # The CDK would let the rule read the queue's attributes too, which EventBridge never does; it leaves alone the
    # policy of a queue it only knows by ARN.
    known = sqs.Queue.from_queue_arn(rule, "Queue", queue.queue_arn)
    rule.add_target(targets.SqsQueue(known, dead_letter_queue=_waiting(rule, waiting)))
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sqs:SendMessage"],
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            resources=[queue.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": rule.rule_arn}},
        )
    )


def _waiting(rule: events.Rule, arn: str) -> sqs.IQueue:
    """The queue, whose own policy lets the stage's rules send. A rule of several targets names it for each."""
    return sqs.Queue.from_queue_arn(rule, f"Waiting{len(rule.node.children)}", arn)


def start_workflow(rule: events.Rule, machine: sfn.StateMachine, given: Mapping[str, str], waiting: str) -> None:
    """Start an execution with the input `given`, made of constants and fields of the event."""
    rule.add_target(
        targets.SfnStateMachine(
            machine,
            input=events.RuleTargetInput.from_object(given),
            dead_letter_queue=_waiting(rule, waiting),
        )
    )
