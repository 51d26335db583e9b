"""Queues, and those that every asynchronous path ends in, each with its alarm."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.alarms import FIVE_MINUTES, Bad, Notice, about, alarm
from infra.constructs.stack import SerinStack

END_OF_THE_LINE = "This queue holds dead letters itself: it is the end of the line, where a person looks."


def dead_letters(scope: Construct, id: str, name: str) -> sqs.Queue:
    """Where messages wait, for two weeks, for somebody to look at them and send them again."""
    queue = sqs.Queue(
        scope,
        id,
        queue_name=name,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
    )
    acknowledge(queue, "Serverless-SQSRedrivePolicy", END_OF_THE_LINE)
    return queue


def failed(stack: SerinStack, model: str | None = None) -> sqs.Queue:
    """Where Lambda's records wait of events a function failed on each time: which function, the event, the error.

    A dead-letter queue would be told the event alone, and not whose it was.
    """
    return _given_up(
        stack,
        "failed",
        model,
        "a function failed on an event each time it was tried, and the event was given up",
        "names the function (requestContext), the event (requestPayload) and the error (responsePayload): correct "
        "the cause, and invoke the function with the event",
    )


def undelivered(stack: SerinStack, model: str | None = None) -> sqs.Queue:
    """Where events wait that a rule could not give to its target; the message's attributes name the rule."""
    again = f"`./scripts/serin train {model}` or `./scripts/serin release start {model}`" if model else "what it calls"
    queue = _given_up(
        stack,
        "undelivered",
        model,
        "an event could not be given to whom it was for",
        f"names the rule and the error in its attributes: correct the cause, and start what was missed: {again}",
    )
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sqs:SendMessage"],
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            resources=[queue.queue_arn],
            conditions={"ArnLike": {"aws:SourceArn": stack.addresses.rules()}},
        )
    )
    return queue


def _given_up(stack: SerinStack, what: str, model: str | None, happened: str, each: str) -> sqs.Queue:
    logical, name = f"{what.capitalize()}{f'-{model}' if model else ''}", stack.names.queue(what, model)
    queue = dead_letters(stack, logical, name)
    acknowledge(queue, "AwsSolutions-SQS3", END_OF_THE_LINE)
    remedy = f"Each message in the queue {name} {each}; then delete the message."
    notice = Notice(about(stack, model), happened, remedy)
    when_not_empty(stack, f"{logical}Alarm", name, stack.names.alarm(what, model), notice)
    return queue


def when_not_empty(stack: SerinStack, id: str, queue: str, name: str, notice: Notice) -> None:
    """The alarm `name`, for as long as messages wait in a queue."""
    waiting = cloudwatch.Metric(
        namespace="AWS/SQS",
        metric_name="ApproximateNumberOfMessagesVisible",
        dimensions_map={"QueueName": queue},
        statistic="Maximum",
        period=FIVE_MINUTES,
    )
    alarm(stack, id, name, waiting, Bad(), notice)


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
