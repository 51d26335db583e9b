"""Queues that feed functions: what failed comes back, and only that."""

from __future__ import annotations

import json
import threading
from typing import Any

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.templates import Record, att, aws, function, ref, resource

FAILS_ON_BAD = """
import json, os

def handler(event, context):
    bodies = [record["body"] for record in event["Records"]]
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": bodies}) + "\\n")
    bad = [record["messageId"] for record in event["Records"] if record["body"].startswith("bad")]
    return {"batchItemFailures": [{"itemIdentifier": id} for id in bad]}
"""

RAISES = """
import json, os

def handler(event, context):
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": [r["body"] for r in event["Records"]]}) + "\\n")
    raise ValueError("no")
"""

COUNTS = """
import json, os, time

def handler(event, context):
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": ["begin", time.time()]}) + "\\n")
    time.sleep(0.3)
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": ["end", time.time()]}) + "\\n")
"""


def fed(source: str, record: Record, **mapping: Any) -> dict[str, dict[str, Any]]:
    """Queue → function, with dead letters after two tries."""
    redrive = {"deadLetterTargetArn": att("Dead"), "maxReceiveCount": 2}
    return {
        "Dead": resource("SQS::Queue", QueueName="dead"),
        "Queue": resource("SQS::Queue", QueueName="work", VisibilityTimeout=1, RedrivePolicy=redrive),
        "Function": function("worker", source, record),
        "Mapping": resource(
            "Lambda::EventSourceMapping",
            EventSourceArn=att("Queue"),
            FunctionName=ref("Function"),
            BatchSize=5,
            **mapping,
        ),
    }


def send(cloud: LocalCloud, *bodies: str) -> None:
    sqs = aws(cloud, "sqs")
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    sqs.send_message_batch(
        QueueUrl=url, Entries=[{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
    )


def dead(cloud: LocalCloud) -> list[str]:
    sqs = aws(cloud, "sqs")
    url = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    return [
        message["Body"] for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]


def test_only_the_failed_messages_of_a_batch_come_back_and_die_after_their_tries(
    deployed: Deploy, record: Record
) -> None:
    cloud = deployed(fed(FAILS_ON_BAD, record, FunctionResponseTypes=["ReportBatchItemFailures"]))
    send(cloud, "good 1", "bad 1", "good 2")
    cloud.settle()
    given = [body for batch in record.events for body in batch]
    assert sorted(given) == ["bad 1", "bad 1", "good 1", "good 2"]
    assert dead(cloud) == ["bad 1"]


def test_without_report_batch_item_failures_the_answer_is_not_read(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(FAILS_ON_BAD, record))
    send(cloud, "bad 1")
    cloud.settle()
    assert record.events == [["bad 1"]]
    assert dead(cloud) == []


def test_a_function_that_raises_gets_the_whole_batch_again(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(RAISES, record, FunctionResponseTypes=["ReportBatchItemFailures"]))
    send(cloud, "a", "b")
    cloud.settle()
    assert sorted(body for batch in record.events for body in batch) == ["a", "a", "b", "b"]
    assert sorted(dead(cloud)) == ["a", "b"]


def test_no_more_batches_run_at_once_than_the_mapping_allows(deployed: Deploy, record: Record) -> None:
    resources = fed(COUNTS, record, ScalingConfig={"MaximumConcurrency": 2})
    resources["Mapping"]["Properties"]["BatchSize"] = 1
    cloud = deployed(resources)
    send(cloud, *(str(number) for number in range(6)))
    cloud.settle()
    running, most = 0, 0
    for kind, _ in sorted(record.events, key=lambda event: event[1]):
        running += 1 if kind == "begin" else -1
        most = max(most, running)
    assert len(record.events) == 12
    assert most == 2


def test_no_message_is_lost_when_many_send_while_many_are_deleted(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(FAILS_ON_BAD, record))
    senders = [threading.Thread(target=send, args=(cloud, *(f"{n}-{m}" for m in range(10)))) for n in range(5)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    cloud.settle()
    given = [body for batch in record.events for body in batch]
    assert sorted(given) == sorted(f"{n}-{m}" for n in range(5) for m in range(10))


def test_a_mapping_that_is_switched_off_takes_nothing(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(FAILS_ON_BAD, record, Enabled=False))
    send(cloud, "a")
    sqs = aws(cloud, "sqs")
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    assert json.loads(counts["Attributes"]["ApproximateNumberOfMessages"]) == 1
    assert record.events == []
