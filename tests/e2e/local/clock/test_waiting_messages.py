"""Messages and items whose moments come by the cloud's clock: visibility, delay, retention, time to live."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from infra.local.cloud import LocalCloud
from tests.e2e.local.clock.april import START, running
from tests.e2e.local.templates import Record, Resources, att, aws, function, ref, resource

FAILS_ONCE = """
import json, os

def handler(event, context):
    counts = [record["attributes"]["ApproximateReceiveCount"] for record in event["Records"]]
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": counts}) + "\\n")
    if counts[0] == "1":
        raise ValueError("not yet")
"""


def queue(**more: Any) -> Resources:
    return {"Queue": resource("SQS::Queue", QueueName="work", **more)}


def url(cloud: LocalCloud) -> str:
    return str(aws(cloud, "sqs").get_queue_url(QueueName="work")["QueueUrl"])


def send(cloud: LocalCloud, body: str, **more: Any) -> None:
    aws(cloud, "sqs").send_message(QueueUrl=url(cloud), MessageBody=body, **more)


def received(cloud: LocalCloud, **more: Any) -> list[str]:
    found = aws(cloud, "sqs").receive_message(QueueUrl=url(cloud), MaxNumberOfMessages=10, **more)
    return [message["Body"] for message in found.get("Messages", [])]


def test_a_delayed_message_comes_when_its_moment_comes(tmp_path: Path) -> None:
    with running(tmp_path, queue()) as cloud:
        send(cloud, "later", DelaySeconds=900)
        cloud.settle()
        cloud.advance(timedelta(minutes=14))
        assert received(cloud) == []
        cloud.advance(timedelta(minutes=1))
        assert received(cloud) == ["later"]


def test_a_received_message_is_hidden_for_its_visibility_timeout_of_the_clock(tmp_path: Path) -> None:
    with running(tmp_path, queue(VisibilityTimeout=3600)) as cloud:
        send(cloud, "work")
        assert received(cloud) == ["work"]
        cloud.advance(timedelta(minutes=59))
        assert received(cloud) == []
        cloud.advance(timedelta(minutes=2))
        assert received(cloud) == ["work"]


def test_a_message_is_dropped_when_its_retention_is_over(tmp_path: Path) -> None:
    with running(tmp_path, queue(MessageRetentionPeriod=86400, VisibilityTimeout=0)) as cloud:
        send(cloud, "old")
        cloud.advance(timedelta(hours=12))
        send(cloud, "new")
        assert sorted(received(cloud)) == ["new", "old"]
        cloud.advance(timedelta(hours=13))
        assert received(cloud) == ["new"]
        cloud.advance(timedelta(hours=12))
        found = aws(cloud, "sqs").get_queue_attributes(
            QueueUrl=url(cloud), AttributeNames=["ApproximateNumberOfMessages"]
        )
        assert found["Attributes"] == {"ApproximateNumberOfMessages": "0"}


def test_a_failed_batch_is_given_to_its_function_again_by_an_advance(tmp_path: Path, record: Record) -> None:
    resources = queue(VisibilityTimeout=1800) | {
        "Function": function("worker", FAILS_ONCE, record),
        "Mapping": resource("Lambda::EventSourceMapping", EventSourceArn=att("Queue"), FunctionName=ref("Function")),
    }
    with running(tmp_path, resources) as cloud:
        send(cloud, "work")
        cloud.settle()
        assert record.events == [["1"]]
        cloud.advance(timedelta(minutes=29))
        assert record.events == [["1"]]
        cloud.advance(timedelta(minutes=1))
        assert record.events == [["1"], ["2"]]
        cloud.advance(timedelta(days=1))
        assert len(record.events) == 2


COUNTS = """
import json, os

def handler(event, context):
    counts = [record["attributes"]["ApproximateReceiveCount"] for record in event["Records"]]
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": counts}) + "\\n")
"""


def test_a_batch_throttled_for_as_long_as_it_was_hidden_is_left_to_the_next_receive(
    tmp_path: Path, record: Record
) -> None:
    """Each try comes after twice the time: one after 9 hours, and one after 18 would come to what was received anew."""
    resources = queue(VisibilityTimeout=12 * 3600) | {
        "Function": function("worker", COUNTS, record, ReservedConcurrentExecutions=0),
        "Mapping": resource("Lambda::EventSourceMapping", EventSourceArn=att("Queue"), FunctionName=ref("Function")),
    }
    with running(tmp_path, resources) as cloud:
        send(cloud, "work")
        cloud.settle()
        cloud.advance(timedelta(hours=10))
        aws(cloud, "lambda").delete_function_concurrency(FunctionName="worker")
        cloud.advance(timedelta(hours=1))
        assert record.events == []
        cloud.advance(timedelta(hours=2))
        assert record.events == [["2"]]
        cloud.advance(timedelta(days=1))
        assert record.events == [["2"]]


def test_who_polls_a_queue_gets_what_an_advance_brings(tmp_path: Path) -> None:
    with running(tmp_path, queue()) as cloud:
        send(cloud, "later", DelaySeconds=600)
        found: list[str] = []
        polling = threading.Thread(target=lambda: found.extend(received(cloud, WaitTimeSeconds=20)))
        polling.start()
        cloud.advance(timedelta(minutes=11))
        polling.join(10)
        assert found == ["later"]


def table(**more: Any) -> Resources:
    return {
        "Table": resource(
            "DynamoDB::Table",
            TableName="items",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            **more,
        )
    }


def put(cloud: LocalCloud, name: str, expires: dict[str, str] | None) -> None:
    item = {"pk": {"S": "p"}, "sk": {"S": name}} | ({} if expires is None else {"expires": expires})
    aws(cloud, "dynamodb").put_item(TableName="items", Item=item)


def names(cloud: LocalCloud) -> list[str]:
    return [item["sk"]["S"] for item in aws(cloud, "dynamodb").scan(TableName="items")["Items"]]


def after(**span: int) -> dict[str, str]:
    return {"N": str(int((START + timedelta(**span)).timestamp()))}


def test_items_go_some_time_after_they_have_expired(tmp_path: Path) -> None:
    ttl = {"AttributeName": "expires", "Enabled": True}
    with running(tmp_path, table(TimeToLiveSpecification=ttl)) as cloud:
        put(cloud, "a day", after(days=1))
        put(cloud, "a week", after(days=7))
        put(cloud, "ever", None)
        put(cloud, "text", {"S": after(days=1)["N"]})
        put(cloud, "milliseconds", {"N": after(days=1)["N"] + "000"})
        put(cloud, "very old", after(days=-6 * 366))
        everything = names(cloud)
        assert len(everything) == 6
        # An expired item may be read until it is deleted.
        cloud.advance(timedelta(days=2))
        assert names(cloud) == everything
        cloud.advance(timedelta(days=2))
        assert set(everything) - set(names(cloud)) == {"a day"}
        cloud.advance(timedelta(days=6))
        assert set(everything) - set(names(cloud)) == {"a day", "a week"}


def test_a_table_without_a_time_to_live_keeps_everything(tmp_path: Path) -> None:
    with running(tmp_path, table()) as cloud:
        put(cloud, "a day", after(days=1))
        cloud.advance(timedelta(days=60))
        assert names(cloud) == ["a day"]
        spec = {"Enabled": True, "AttributeName": "expires"}
        aws(cloud, "dynamodb").update_time_to_live(TableName="items", TimeToLiveSpecification=spec)
        cloud.advance(timedelta(days=1))
        assert names(cloud) == []


def test_what_is_sent_carries_the_clouds_time(tmp_path: Path) -> None:
    with running(tmp_path, queue()) as cloud:
        cloud.advance(timedelta(days=10))
        send(cloud, json.dumps({"n": 1}))
        sqs = aws(cloud, "sqs")
        (message,) = sqs.receive_message(QueueUrl=url(cloud), AttributeNames=["SentTimestamp"])["Messages"]
        sent = int(message["Attributes"]["SentTimestamp"]) / 1000
        assert abs(sent - (START + timedelta(days=10)).timestamp()) < 30
