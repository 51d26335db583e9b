"""Queues that feed functions: what failed comes back, and only that."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.lambda_cases import functions, role_with
from tests.e2e.local.templates import Record, att, aws, function, ref, resource

HIDDEN = timedelta(seconds=31)
"""A little longer than a message that was received stays invisible."""

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
    while len(open(os.environ["RECORD"]).readlines()) < 2:  # until another has begun
        time.sleep(0.01)
    time.sleep(0.1)
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": ["end", time.time()]}) + "\\n")
"""


def fed(source: str, record: Record, **mapping: Any) -> dict[str, dict[str, Any]]:
    """Queue → function, with dead letters after two tries."""
    redrive = {"deadLetterTargetArn": att("Dead"), "maxReceiveCount": 2}
    made = function("worker", source, record)
    mapping = {"BatchSize": 5, **mapping}
    return {
        "Dead": resource("SQS::Queue", QueueName="dead"),
        "Queue": resource("SQS::Queue", QueueName="work", VisibilityTimeout=30, RedrivePolicy=redrive),
        "Own": role_with("sqs:*"),
        "Function": {**made, "Properties": {**made["Properties"], "Role": att("Own")}},
        "Mapping": resource(
            "Lambda::EventSourceMapping",
            EventSourceArn=att("Queue"),
            FunctionName=ref("Function"),
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
    assert dead(cloud) == []
    cloud.advance(2 * HIDDEN)
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
    cloud.advance(2 * HIDDEN)
    assert sorted(body for batch in record.events for body in batch) == ["a", "a", "b", "b"]
    assert sorted(dead(cloud)) == ["a", "b"]


def test_no_more_batches_run_at_once_than_the_mapping_allows(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(COUNTS, record, ScalingConfig={"MaximumConcurrency": 2}, BatchSize=1))
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


def mapping_of(cloud: LocalCloud) -> dict[str, Any]:
    (found,) = functions(cloud).list_event_source_mappings(FunctionName="worker")["EventSourceMappings"]
    return dict(found)


def waiting(cloud: LocalCloud) -> int:
    sqs = aws(cloud, "sqs")
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def test_a_mapping_is_switched_on_and_off_and_deleted_while_it_runs(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(FAILS_ON_BAD, record, Enabled=False))
    send(cloud, "a")
    cloud.settle()
    uuid = mapping_of(cloud)["UUID"]
    functions(cloud).update_event_source_mapping(UUID=uuid, Enabled=True)
    cloud.settle()
    assert record.events == [["a"]]
    functions(cloud).delete_event_source_mapping(UUID=uuid)
    send(cloud, "b")
    cloud.settle()
    assert record.events == [["a"]]
    assert waiting(cloud) == 1


def test_a_batch_waits_for_its_windows_end_unless_it_is_full(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(FAILS_ON_BAD, record, BatchSize=3, MaximumBatchingWindowInSeconds=20))
    send(cloud, "a")
    send(cloud, "b")
    cloud.settle()
    cloud.advance(timedelta(seconds=15))
    assert record.events == []
    cloud.advance(timedelta(seconds=6))
    assert sorted(record.events[0]) == ["a", "b"]
    send(cloud, "c", "d", "e")
    cloud.settle()
    assert sorted(record.events[1]) == ["c", "d", "e"]


def test_what_no_filter_lets_through_is_deleted(deployed: Deploy, record: Record) -> None:
    pattern = json.dumps({"body": {"kind": ["wanted"], "size": [{"numeric": [">", 3]}]}})
    cloud = deployed(fed(FAILS_ON_BAD, record, FilterCriteria={"Filters": [{"Pattern": pattern}]}))
    bodies = [{"kind": "wanted", "size": 4}, {"kind": "wanted", "size": 3}, {"kind": "other", "size": 9}]
    send(cloud, *map(json.dumps, bodies), "no json")
    cloud.settle()
    assert [json.loads(body) for batch in record.events for body in batch] == bodies[:1]
    assert waiting(cloud) == 0


def test_a_throttled_batch_is_tried_again_before_its_messages_come_back(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(FAILS_ON_BAD, record))
    functions(cloud).put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    send(cloud, "a")
    cloud.settle()
    functions(cloud).delete_function_concurrency(FunctionName="worker")
    cloud.advance(timedelta(seconds=2))
    assert record.events == [["a"]]
    assert waiting(cloud) == 0


def test_a_batch_that_is_throttled_for_too_long_dies_after_its_tries(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(FAILS_ON_BAD, record))
    functions(cloud).put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    send(cloud, "a")
    cloud.settle()
    assert dead(cloud) == []
    cloud.advance(HIDDEN)
    assert dead(cloud) == [], "the throttles within one visibility time-out are one receive"
    cloud.advance(HIDDEN)
    assert dead(cloud) == ["a"]
    assert record.events == []


def test_a_role_that_may_not_delete_gets_its_messages_again(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(FAILS_ON_BAD, record))
    iam = aws(cloud, "iam")
    name = functions(cloud).get_function_configuration(FunctionName="worker")["Role"].rsplit("/", 1)[-1]
    statement = {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
    send(cloud, "a")
    cloud.advance(2 * HIDDEN)
    assert record.events == [["a"], ["a"]]
    assert dead(cloud) == ["a"]


def test_a_deleted_functions_queue_keeps_its_messages(deployed: Deploy, record: Record) -> None:
    cloud = deployed(fed(FAILS_ON_BAD, record))
    functions(cloud).delete_function(FunctionName="worker")
    send(cloud, "a")
    cloud.settle()
    assert waiting(cloud) == 1
