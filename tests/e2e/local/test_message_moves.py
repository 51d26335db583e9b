"""Dead letters move back, as README says to do it; what AWS refuses is among the rules of the bench."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import running
from tests.e2e.local.templates import att, aws, resource

ARN = "arn:aws:sqs:us-east-1:123456789012:"
REDRIVE = {"deadLetterTargetArn": att("Dead"), "maxReceiveCount": 1}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    queues = {
        "Dead": resource("SQS::Queue", QueueName="dead"),
        "A": resource("SQS::Queue", QueueName="a", VisibilityTimeout=1, RedrivePolicy=REDRIVE),
        "B": resource("SQS::Queue", QueueName="b", VisibilityTimeout=1, RedrivePolicy=REDRIVE),
        "Other": resource("SQS::Queue", QueueName="other"),
    }
    with running(tmp_path_factory.mktemp("moves"), queues, as_written=True) as started:
        yield started


@pytest.fixture(autouse=True)
def empty(cloud: LocalCloud) -> None:
    # A queue is purged once a minute.
    cloud.advance(timedelta(minutes=1))
    for name in ("dead", "a", "b", "other"):
        aws(cloud, "sqs").purge_queue(QueueUrl=url(cloud, name))


def url(cloud: LocalCloud, name: str) -> str:
    return str(aws(cloud, "sqs").get_queue_url(QueueName=name)["QueueUrl"])


def die(cloud: LocalCloud, *bodies: str) -> None:
    """Messages `a1`, `b1` … are sent to the queue of their first letter, and received once too often."""
    sqs = aws(cloud, "sqs")
    for body in bodies:
        sqs.send_message(QueueUrl=url(cloud, body[0]), MessageBody=body)
    for _ in range(2):
        for name in {body[0] for body in bodies}:
            while sqs.receive_message(QueueUrl=url(cloud, name), MaxNumberOfMessages=10).get("Messages"):
                pass
        cloud.advance(timedelta(seconds=2))
    assert waiting(cloud, "dead") == sorted(bodies)


def waiting(cloud: LocalCloud, name: str) -> list[str]:
    """The bodies that wait in a queue, looked at without receiving them."""
    from moto.sqs.models import sqs_backends

    queue = sqs_backends["123456789012"]["us-east-1"].get_queue(name)
    return sorted(message.body for message in queue._messages)


def start(cloud: LocalCloud, **more: Any) -> str:
    return str(aws(cloud, "sqs").start_message_move_task(**{"SourceArn": f"{ARN}dead", **more})["TaskHandle"])


def listed(cloud: LocalCloud, most: int = 1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws(cloud, "sqs").list_message_move_tasks(SourceArn=f"{ARN}dead", MaxResults=most)[
        "Results"
    ]
    return [{key: value for key, value in one.items() if key != "StartedTimestamp"} for one in found]


def refused(call: Any, **arguments: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    found = error.value.response
    return found["Error"]["Code"], found["Error"]["Message"], found["ResponseMetadata"]["HTTPStatusCode"]


def test_dead_letters_go_back_to_where_each_came_from(cloud: LocalCloud) -> None:
    die(cloud, "a1", "a2", "b1")
    start(cloud)
    assert [waiting(cloud, name) for name in ("a", "b", "dead")] == [["a1", "a2"], ["b1"], []]
    numbers = {"ApproximateNumberOfMessagesMoved": 3, "ApproximateNumberOfMessagesToMove": 3}
    assert listed(cloud) == [{"Status": "COMPLETED", "SourceArn": f"{ARN}dead", **numbers}]


def test_they_go_to_another_queue_as_many_a_second_as_is_said_until_it_is_cancelled(cloud: LocalCloud) -> None:
    die(cloud, *(f"a{number}" for number in range(5)))
    handle = start(cloud, DestinationArn=f"{ARN}other", MaxNumberOfMessagesPerSecond=1)
    running = {"DestinationArn": f"{ARN}other", "MaxNumberOfMessagesPerSecond": 1, "SourceArn": f"{ARN}dead"}
    numbers = {"ApproximateNumberOfMessagesMoved": 0, "ApproximateNumberOfMessagesToMove": 5}
    assert listed(cloud) == [{**running, **numbers, "Status": "RUNNING", "TaskHandle": handle}]
    only_one = (
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
    )
    start_call = aws(cloud, "sqs").start_message_move_task
    assert refused(start_call, SourceArn=f"{ARN}dead") == ("InvalidParameterValue", only_one, 400)
    cloud.advance(timedelta(seconds=2))
    assert len(waiting(cloud, "other")) == 2
    assert aws(cloud, "sqs").cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"] == 2
    cloud.advance(timedelta(seconds=9))
    assert (len(waiting(cloud, "other")), len(waiting(cloud, "dead"))) == (2, 3)
    assert listed(cloud, 10)[0]["Status"] == "CANCELLED"
    gone = aws(cloud, "sqs").cancel_message_move_task
    assert refused(gone, TaskHandle=handle) == ("ResourceNotFoundException", "Task does not exist.", 404)


def test_what_was_sent_to_the_dead_letters_themselves_has_nowhere_to_go(cloud: LocalCloud) -> None:
    aws(cloud, "sqs").send_message(QueueUrl=url(cloud, "dead"), MessageBody="by hand")
    start(cloud)
    (task,) = listed(cloud)
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert waiting(cloud, "dead") == ["by hand"]
