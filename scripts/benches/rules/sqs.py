"""Message move tasks, as they were recorded of AWS, and what a queue takes.

https://github.com/localstack/localstack/blob/main/tests/aws/services/sqs/test_sqs_move_task.snapshot.json
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3

from benches.rules.model import Attempt, refused, rule
from infra.local.cloud import LocalCloud

_API = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference"
_START, _LIST = f"{_API}/API_StartMessageMoveTask.html", f"{_API}/API_ListMessageMoveTasks.html"
_CANCEL = f"{_API}/API_CancelMessageMoveTask.html"
_ARN = "arn:aws:sqs:us-east-1:123456789012:"
_MISSING = "The resource that you specified for the {} parameter doesn't exist."


@dataclass(frozen=True)
class _Queues:
    """A client, a queue whose messages die when they are received twice, where they then are, and another queue."""

    sqs: Any
    name: str

    def url(self, kind: str) -> str:
        return str(self.sqs.get_queue_url(QueueName=f"{self.name}-{kind}")["QueueUrl"])

    def arn(self, kind: str) -> str:
        return f"{_ARN}{self.name}-{kind}"

    def die(self, number: int) -> None:
        for at in range(number):
            self.sqs.send_message(QueueUrl=self.url("work"), MessageBody=str(at))
        for _ in range(2):
            while self.sqs.receive_message(QueueUrl=self.url("work"), VisibilityTimeout=0).get("Messages"):
                pass

    def waiting(self, kind: str) -> int:
        asked = {"QueueUrl": self.url(kind), "AttributeNames": ["ApproximateNumberOfMessages"]}
        return int(self.sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"])

    def start(self, **more: Any) -> str:
        return str(self.sqs.start_message_move_task(**{"SourceArn": self.arn("dead"), **more})["TaskHandle"])

    def tasks(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.sqs.list_message_move_tasks(SourceArn=self.arn("dead"))["Results"]
        return listed


@contextmanager
def _queues(cloud: LocalCloud) -> Iterator[_Queues]:
    case = _Queues(boto3.client("sqs", **cloud.client), f"rule-{uuid.uuid4().hex[:12]}")
    redrive = json.dumps({"deadLetterTargetArn": case.arn("dead"), "maxReceiveCount": 1})
    case.sqs.create_queue(QueueName=f"{case.name}-dead")
    case.sqs.create_queue(QueueName=f"{case.name}-work", Attributes={"RedrivePolicy": redrive})
    case.sqs.create_queue(QueueName=f"{case.name}-other")
    try:
        yield case
    finally:
        for kind in ("work", "dead", "other"):
            case.sqs.delete_queue(QueueUrl=case.url(kind))


@rule(service="sqs", says="dead letters go back to the queue they came from", source=_START)
def dead_letters_move_back(cloud: LocalCloud) -> None:
    with _queues(cloud) as case:
        case.die(2)
        assert (case.waiting("work"), case.waiting("dead")) == (0, 2)
        case.start()
        assert (case.waiting("work"), case.waiting("dead")) == (2, 0)


@rule(service="sqs", says="a task that is done has no handle, and says how many it moved", source=_LIST)
def task_that_is_done(cloud: LocalCloud) -> None:
    with _queues(cloud) as case:
        case.die(2)
        case.start(DestinationArn=case.arn("other"))
        (task,) = case.tasks()
        assert "TaskHandle" not in task, task
        numbers = [task[f"ApproximateNumberOfMessages{what}"] for what in ("Moved", "ToMove")]
        assert (task["Status"], task["DestinationArn"], numbers) == ("COMPLETED", case.arn("other"), [2, 2])


@rule(service="sqs", says="a queue that is no dead-letter queue has nothing to move", source=_START)
def source_without_a_redrive_policy(cloud: LocalCloud) -> None:
    message = "Source queue must be configured as a Dead Letter Queue."
    with _queues(cloud) as case, refused("InvalidParameterValue", message=message):
        case.start(SourceArn=case.arn("other"))


@rule(service="sqs", says="the source has to be there", source=_START)
def source_that_is_missing(cloud: LocalCloud) -> None:
    with _queues(cloud) as case, refused("ResourceNotFoundException", 404, _MISSING.format("SourceArn")):
        case.start(SourceArn=case.arn("nowhere"))


@rule(service="sqs", says="the destination has to be there", source=_START)
def destination_that_is_missing(cloud: LocalCloud) -> None:
    with _queues(cloud) as case, refused("ResourceNotFoundException", 404, _MISSING.format("DestinationArn")):
        case.start(DestinationArn=case.arn("nowhere"))


@rule(service="sqs", says="one task at a time moves what is in a queue", source=_START)
def two_tasks_at_once(cloud: LocalCloud) -> None:
    message = "There is already a task running. Only one active task is allowed for a source queue arn"
    with _queues(cloud) as case:
        case.die(3)
        handle = case.start(MaxNumberOfMessagesPerSecond=1)
        with refused("InvalidParameterValue", message=message):
            case.start()
        case.sqs.cancel_message_move_task(TaskHandle=handle)


@rule(service="sqs", says="a task that is cancelled says how many it has moved", source=_CANCEL)
def task_that_is_cancelled(cloud: LocalCloud) -> None:
    with _queues(cloud) as case:
        case.die(3)
        handle = case.start(MaxNumberOfMessagesPerSecond=1)
        assert case.tasks()[0]["TaskHandle"] == handle
        moved = case.sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"]
        assert (case.tasks()[0]["Status"], moved) == ("CANCELLED", 3 - case.waiting("dead"))


@rule(service="sqs", says="what is no handle cancels nothing", source=_CANCEL)
def handle_that_is_none(cloud: LocalCloud) -> None:
    message = "Value for parameter TaskHandle is invalid."
    with _queues(cloud) as case, refused("InvalidParameterValue", message=message):
        case.sqs.cancel_message_move_task(TaskHandle="foo")


@rule(service="sqs", says="a handle names a queue that is there", source=_CANCEL)
def handle_of_a_missing_queue(cloud: LocalCloud) -> None:
    with _queues(cloud) as case, refused("ResourceNotFoundException", 404, _MISSING.format("SourceArn")):
        case.sqs.cancel_message_move_task(TaskHandle=_handle(case.arn("nowhere")))


@rule(service="sqs", says="a handle names a task that runs", source=_CANCEL)
def handle_of_a_missing_task(cloud: LocalCloud) -> None:
    with _queues(cloud) as case, refused("ResourceNotFoundException", 404, "Task does not exist."):
        case.sqs.cancel_message_move_task(TaskHandle=_handle(case.arn("dead")))


def _handle(source: str) -> str:
    return base64.b64encode(json.dumps({"taskId": "t", "sourceArn": source}).encode()).decode()


_SEND, _RECEIVE = f"{_API}/API_SendMessage.html", f"{_API}/API_ReceiveMessage.html"


@rule(service="sqs", says="a message waits 15 minutes at most", source=_SEND)
def delay_too_long(cloud: LocalCloud) -> None:
    with _queues(cloud) as case, refused("InvalidParameterValue", message="DelaySeconds must be >= 0 and <= 900"):
        case.sqs.send_message(QueueUrl=case.url("work"), MessageBody="m", DelaySeconds=901)


@rule(service="sqs", says="ten messages are received at once at most", source=_RECEIVE)
def receive_too_many(cloud: LocalCloud) -> None:
    with _queues(cloud) as case, refused("InvalidParameterValue", message="MaxNumberOfMessages"):
        case.sqs.receive_message(QueueUrl=case.url("work"), MaxNumberOfMessages=11)


@rule(service="sqs", says="a batch has ten messages at most", source=f"{_API}/API_SendMessageBatch.html")
def batch_of_too_many(cloud: LocalCloud) -> None:
    entries = [{"Id": str(at), "MessageBody": "m"} for at in range(11)]
    with _queues(cloud) as case, refused("AWS.SimpleQueueService.TooManyEntriesInBatchRequest"):
        case.sqs.send_message_batch(QueueUrl=case.url("work"), Entries=entries)


@rule(service="sqs", says="a batch names no entry twice", source=f"{_API}/API_SendMessageBatch.html")
def batch_of_one_id_twice(cloud: LocalCloud) -> None:
    entries = [{"Id": "a", "MessageBody": "m"} for _ in range(2)]
    with _queues(cloud) as case, refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct"):
        case.sqs.send_message_batch(QueueUrl=case.url("work"), Entries=entries)


@rule(service="sqs", says="a queue that is not there is told by name", source=f"{_API}/API_GetQueueUrl.html")
def no_such_queue(cloud: LocalCloud) -> None:
    with refused("AWS.SimpleQueueService.NonExistentQueue", message="The specified queue does not exist"):
        boto3.client("sqs", **cloud.client).get_queue_url(QueueName=uuid.uuid4().hex)


@rule(service="sqs", says="a queue is not made again with other attributes", source=f"{_API}/API_CreateQueue.html")
def queue_that_is_there_otherwise(cloud: LocalCloud) -> None:
    with _queues(cloud) as case, refused("QueueAlreadyExists"):
        case.sqs.create_queue(QueueName=f"{case.name}-other", Attributes={"VisibilityTimeout": "7"})


_QUOTAS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"
_SETTINGS = f"{_API}/API_SetQueueAttributes.html"
_HIDE = f"{_API}/API_ChangeMessageVisibility.html"


@rule(service="sqs", says="a message is not empty", source=_SEND)
def empty_message(cloud: LocalCloud) -> None:
    with _queues(cloud) as case, refused("MissingParameter", message="must contain the parameter MessageBody"):
        case.sqs.send_message(QueueUrl=case.url("work"), MessageBody="")


@rule(service="sqs", says="a message has signs of XML only", source=_QUOTAS)
def sign_that_is_none(cloud: LocalCloud) -> None:
    with _queues(cloud) as case, refused("InvalidMessageContents", message="Invalid binary character '#x0' was found"):
        case.sqs.send_message(QueueUrl=case.url("work"), MessageBody="a\x00b")


@rule(service="sqs", says="a message has ten attributes at most", source=_QUOTAS)
def too_many_attributes(cloud: LocalCloud) -> None:
    said = {f"a{at}": {"DataType": "String", "StringValue": "v"} for at in range(11)}
    message = "Number of message attributes [11] exceeds the allowed maximum [10]."
    with _queues(cloud) as case, refused("InvalidParameterValue", message=message):
        case.sqs.send_message(QueueUrl=case.url("work"), MessageBody="m", MessageAttributes=said)


@rule(service="sqs", says="a message is 1 MiB at most", source=_QUOTAS)
def message_too_long(cloud: LocalCloud) -> None:
    with _queues(cloud) as case:
        case.sqs.send_message(QueueUrl=case.url("work"), MessageBody="x" * 1_048_576)
        with refused("InvalidParameterValue", message="must be shorter than 1048576 bytes"):
            case.sqs.send_message(QueueUrl=case.url("work"), MessageBody="x" * 1_048_577)


@rule(service="sqs", says="a message in work comes again when it is said to", source=_HIDE)
def message_shown_again(cloud: LocalCloud) -> None:
    with _queues(cloud) as case:
        case.sqs.send_message(QueueUrl=case.url("other"), MessageBody="m")
        (first,) = case.sqs.receive_message(QueueUrl=case.url("other"))["Messages"]
        hidden = {"QueueUrl": case.url("other"), "ReceiptHandle": first["ReceiptHandle"]}
        case.sqs.change_message_visibility(**hidden, VisibilityTimeout=0)
        with refused("AWS.SimpleQueueService.MessageNotInflight"):
            case.sqs.change_message_visibility(**hidden, VisibilityTimeout=10)
        assert case.sqs.receive_message(QueueUrl=case.url("other"))["Messages"][0]["MessageId"] == first["MessageId"]


def _refusing(name: str, settings: dict[str, str], code: str, message: str) -> Attempt:
    def attempt(cloud: LocalCloud) -> None:
        with _queues(cloud) as case, refused(code, message=message):
            case.sqs.set_queue_attributes(QueueUrl=case.url("other"), Attributes=settings)

    attempt.__name__ = name
    return attempt


_NO_COUNT = "Redrive policy does not contain mandatory attribute: maxReceiveCount"
for _name, _settings, _code, _message in (
    ("setting_nobody_knows", {"Bogus": "1"}, "InvalidAttributeName", "Unknown Attribute Bogus."),
    ("setting_out_of_range", {"VisibilityTimeout": "43201"}, "InvalidAttributeValue", "VisibilityTimeout"),
    ("setting_that_is_no_number", {"DelaySeconds": "a"}, "InvalidAttributeValue", "DelaySeconds"),
    ("redrive_without_a_count", {"RedrivePolicy": '{"deadLetterTargetArn": "a"}'}, "InvalidParameterValue", _NO_COUNT),
):
    rule(service="sqs", says=f"a queue is not set so: {_name}", source=_SETTINGS)(
        _refusing(_name, _settings, _code, _message)
    )


@rule(service="sqs", says="a list of move tasks has ten at most", source=_LIST)
def move_tasks_of_too_many(cloud: LocalCloud) -> None:
    with _queues(cloud) as case, refused("InvalidParameterValue", message="MaxResults is invalid"):
        case.sqs.list_message_move_tasks(SourceArn=case.arn("dead"), MaxResults=11)
