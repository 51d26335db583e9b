"""A queue's messages in work: one comes again when it was said to, or the caller is told that it will not."""

from __future__ import annotations

import pytest

from serin.adapters.memory.world import MemoryMessages
from serin.adapters.messages import SqsMessages
from serin.domain.errors import Unavailable
from serin.ports import Messages
from tests.contracts.clouds import Aws


def test_a_hidden_message_comes_again_before_its_queue_would_show_it(cloud: Aws) -> None:
    sqs = cloud.client("sqs")
    queue = sqs.create_queue(QueueName=cloud.name("work"), Attributes={"VisibilityTimeout": "3600"})["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="m")
    (first,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    SqsMessages(sqs, queue).hide(first["ReceiptHandle"], 0)
    (again,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert again["MessageId"] == first["MessageId"]


@pytest.fixture
def refusing(where: Aws | None) -> Messages:
    if where is None:
        return MemoryMessages(failures=1)
    return SqsMessages(where.client("sqs"), f"https://sqs.us-east-1.amazonaws.com/123456789012/{where.name('gone')}")


def test_a_message_that_could_not_be_hidden_is_not_taken_for_hidden(refusing: Messages) -> None:
    with pytest.raises(Unavailable, match="did not hide the message for 30 s"):
        refusing.hide("receipt", 30)
