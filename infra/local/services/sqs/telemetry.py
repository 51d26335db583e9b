"""How many messages wait in a queue, as a metric."""

from __future__ import annotations

from moto.sqs.models import Queue

from infra.local.delivery.measuring import measure

_METRIC = "ApproximateNumberOfMessagesVisible"


def count_waiting(queue: Queue) -> None:
    """Say how many messages can be received now, where that has changed.

    AWS says it each minute: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    waiting, kept = queue.approximate_number_of_messages, vars(queue)
    if kept.get("waiting_said", 0) == waiting:
        return
    kept["waiting_said"] = waiting
    measure("AWS/SQS", queue.region, [(_METRIC, float(waiting), "Count")], {"QueueName": queue.name}, level=True)
