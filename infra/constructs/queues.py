"""Queues, and those that every asynchronous path ends in."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.stack import SerinStack

END_OF_THE_LINE = "This queue holds dead letters itself: it is the end of the line, where a person looks."


def dead_letters(scope: Construct, id: str, name: str) -> sqs.Queue:
    """Where messages wait, for two weeks, for somebody to look at them and send them again."""
    made = sqs.Queue(
        scope,
        id,
        queue_name=name,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
    )
    acknowledge(made, "Serverless-SQSRedrivePolicy", END_OF_THE_LINE)
    return made


def failed(stack: SerinStack, model: str | None) -> sqs.Queue:
    """Where Lambda's records wait of events a function failed on each time: which function, the event, the error.

    A dead-letter queue would be told the event alone, and not whose it was.
    """
    return _given_up(stack, "failed", model)


def undelivered(stack: SerinStack, model: str | None) -> sqs.Queue:
    """Where events wait that a rule could not give to its target; the message's attributes name the rule."""
    made = _given_up(stack, "undelivered", model)
    made.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sqs:SendMessage"],
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            resources=[made.queue_arn],
            conditions={"ArnLike": {"aws:SourceArn": stack.addresses.rules()}},
        )
    )
    return made


def _given_up(stack: SerinStack, what: str, model: str | None) -> sqs.Queue:
    made = dead_letters(stack, f"{what.capitalize()}{f'-{model}' if model else ''}", stack.names.queue(what, model))
    acknowledge(made, "AwsSolutions-SQS3", END_OF_THE_LINE)
    return made


def queue(scope: Construct, id: str, name: str, dead: sqs.Queue, serves_seconds: int) -> sqs.Queue:
    """A queue read by a function that may take `serves_seconds`; what fails five times goes to `dead`."""
    return sqs.Queue(
        scope,
        id,
        queue_name=name,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        # Lambda asks for six times the function's own limit, so that a batch in work is not delivered twice.
        visibility_timeout=cdk.Duration.seconds(6 * serves_seconds),
        dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=5, queue=dead),
    )
