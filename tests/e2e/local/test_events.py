"""Events find their rules, their targets and the shape AWS gives them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from tests.e2e.local.conftest import Deploy
from tests.e2e.local.templates import Record, allow, att, aws, document, function, may_call, ref, resource


def uploads(record: Record) -> dict[str, dict[str, Any]]:
    """Bucket → rule → queue → function."""
    return {
        "Bucket": resource(
            "S3::Bucket",
            BucketName="uploads",
            VersioningConfiguration={"Status": "Enabled"},
            NotificationConfiguration={"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
        ),
        "Queue": resource("SQS::Queue", QueueName="uploads", VisibilityTimeout=60),
        "Rule": resource(
            "Events::Rule",
            EventPattern={
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {"bucket": {"name": [ref("Bucket")]}, "object": {"key": [{"prefix": "raw/"}]}},
            },
            State="ENABLED",
            Targets=[{"Id": "queue", "Arn": att("Queue")}],
        ),
        "Function": function("accept", record=record),
        "Mapping": resource(
            "Lambda::EventSourceMapping", EventSourceArn=att("Queue"), FunctionName=ref("Function"), BatchSize=5
        ),
    }


def test_an_object_reaches_the_function_once_through_the_queue(deployed: Deploy, record: Record) -> None:
    cloud = deployed(uploads(record))
    s3 = aws(cloud, "s3")
    put = s3.put_object(Bucket="uploads", Key="raw/flights/2013-01.csv", Body=b"year,month\n")
    s3.put_object(Bucket="uploads", Key="other/2013-01.csv", Body=b"not raw")
    cloud.settle()
    (batch,) = record.events
    (message,) = batch["Records"]
    assert message["eventSource"] == "aws:sqs"
    assert message["attributes"]["ApproximateReceiveCount"] == "1"
    event = json.loads(message["body"])
    assert (event["source"], event["detail-type"], event["account"]) == ("aws.s3", "Object Created", "123456789012")
    assert event["resources"] == ["arn:aws:s3:::uploads"]
    assert event["time"].endswith("Z")
    detail = event["detail"]
    assert detail["reason"] == "PutObject"
    assert {key: detail["object"][key] for key in ("key", "size", "etag", "version-id")} == {
        "key": "raw/flights/2013-01.csv",
        "size": 11,
        "etag": put["ETag"].strip('"'),
        "version-id": put["VersionId"],
    }


def test_each_object_has_a_later_sequencer_than_the_one_before(deployed: Deploy, record: Record) -> None:
    cloud = deployed(uploads(record))
    s3 = aws(cloud, "s3")
    for number in range(3):
        s3.put_object(Bucket="uploads", Key=f"raw/{number}", Body=b"x")
    cloud.settle()
    details = [
        json.loads(message["body"])["detail"]["object"] for batch in record.events for message in batch["Records"]
    ]
    by_key = sorted(details, key=lambda item: item["key"])
    assert [item["sequencer"] for item in by_key] == sorted({item["sequencer"] for item in by_key})
    assert len(by_key) == 3


def own_bus(record: Record, **target: Any) -> dict[str, dict[str, Any]]:
    """Bus → rule → function."""
    return {
        "Bus": resource("Events::EventBus", Name="serin"),
        "Function": function("listener", record=record),
        "Rule": resource(
            "Events::Rule",
            "Bus",
            EventBusName="serin",
            EventPattern={"source": ["serin"], "detail-type": ["Features Built"]},
            State="ENABLED",
            Targets=[{"Id": "function", "Arn": att("Function"), **target}],
        ),
    }


def test_a_rule_publishes_to_a_topic_that_lets_it(deployed: Deploy, record: Record) -> None:
    publishes = allow("sns:Publish", on=ref("Topic"), Principal={"Service": "events.amazonaws.com"})
    resources = own_bus(record)
    resources["Rule"]["Properties"]["Targets"] = [{"Id": "topic", "Arn": ref("Topic"), "InputPath": "$.detail"}]
    cloud = deployed(
        {
            **resources,
            "Topic": resource("SNS::Topic", TopicName="told"),
            "Policy": resource("SNS::TopicPolicy", Topics=[ref("Topic")], PolicyDocument=document(publishes)),
            "ToFunction": resource(
                "SNS::Subscription", TopicArn=ref("Topic"), Protocol="lambda", Endpoint=att("Function")
            ),
            "May": may_call("sns", att("Function")),
        }
    )
    put(cloud, "serin", dataset="flights")
    cloud.settle()
    ((record_of_topic,),) = [event["Records"] for event in record.events]
    assert json.loads(record_of_topic["Sns"]["Message"]) == {"dataset": "flights"}


def put(cloud: Any, bus: str, kind: str = "Features Built", **detail: Any) -> str:
    entry = {"Source": "serin", "DetailType": kind, "Detail": json.dumps(detail)}
    answer = aws(cloud, "events").put_events(Entries=[{**entry, "EventBusName": bus}])
    assert answer["FailedEntryCount"] == 0
    return str(answer["Entries"][0]["EventId"])


def test_an_event_of_our_bus_reaches_the_function_as_it_is(deployed: Deploy, record: Record) -> None:
    cloud = deployed(own_bus(record))
    event_id = put(cloud, "serin", dataset="flights")
    put(cloud, "serin", kind="Something Else")
    put(cloud, "default", dataset="flights")
    cloud.settle()
    (event,) = record.events
    assert event["id"] == event_id
    assert event["detail"] == {"dataset": "flights"}
    assert event["time"].endswith("Z")
    assert "ingestion-time" not in event


def test_a_transformer_shapes_what_the_target_gets(deployed: Deploy, record: Record) -> None:
    template = '{"model":"m","run":<id>,"sequence":<sequence>,"cause":"features"}'
    transformer = {"InputPathsMap": {"id": "$.id", "sequence": "$.detail.sequence"}, "InputTemplate": template}
    cloud = deployed(own_bus(record, InputTransformer=transformer))
    event_id = put(cloud, "serin", sequence=7)
    cloud.settle()
    assert record.events == [{"model": "m", "run": event_id, "sequence": 7, "cause": "features"}]


def test_a_disabled_rule_delivers_nothing(deployed: Deploy, record: Record) -> None:
    cloud = deployed(own_bus(record))
    aws(cloud, "events").disable_rule(Name=_rule_name(cloud), EventBusName="serin")
    put(cloud, "serin")
    cloud.settle()
    assert record.events == []


def _rule_name(cloud: Any) -> str:
    return str(aws(cloud, "events").list_rules(EventBusName="serin")["Rules"][0]["Name"])


def test_what_cannot_be_delivered_goes_to_the_targets_dead_letters(deployed: Deploy, record: Record) -> None:
    resources = own_bus(record, DeadLetterConfig={"Arn": att("Dead")})
    cloud = deployed({**resources, "Dead": resource("SQS::Queue", QueueName="dead")})
    aws(cloud, "lambda").delete_function(FunctionName="listener")
    event_id = put(cloud, "serin")
    cloud.settle()
    sqs = aws(cloud, "sqs")
    (message,) = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="dead")["QueueUrl"])["Messages"]
    assert json.loads(message["Body"])["id"] == event_id


def test_a_rule_forwards_to_another_bus(deployed: Deploy, record: Record) -> None:
    resources = own_bus(record)
    forward = resource(
        "Events::Rule",
        EventPattern={"source": ["serin"]},
        State="ENABLED",
        Targets=[{"Id": "bus", "Arn": "arn:aws:events:us-east-1:123456789012:event-bus/serin", "RoleArn": att("Role")}],
    )
    cloud = deployed({**resources, "Forward": forward})
    event_id = put(cloud, "default", dataset="flights")
    cloud.settle()
    assert [event["id"] for event in record.events] == [event_id]


def test_a_schedule_fires_when_its_period_has_passed_and_takes_no_events(deployed: Deploy, record: Record) -> None:
    rule = resource(
        "Events::Rule",
        ScheduleExpression="rate(5 minutes)",
        State="ENABLED",
        Targets=[{"Id": "function", "Arn": att("Function")}],
    )
    cloud = deployed({"Function": function("reconcile", record=record), "Rule": rule})
    put(cloud, "default")
    cloud.settle()
    for passed, fired in ((timedelta(minutes=4), 0), (timedelta(minutes=2), 1), (timedelta(minutes=5), 2)):
        cloud.advance(passed)
        assert len(record.events) == fired
    assert [event["detail-type"] for event in record.events] == ["Scheduled Event"] * 2


def test_a_rule_that_is_disabled_hears_nothing_until_it_is_enabled(deployed: Deploy, record: Record) -> None:
    rule = resource("Events::Rule", Name="own", EventPattern={"source": ["own"]}, State="DISABLED")
    rule["Properties"]["Targets"] = [{"Id": "function", "Arn": att("Function")}]
    cloud = deployed({"Function": function("hears", record=record), "Rule": rule})
    events = aws(cloud, "events")

    def say(number: int) -> None:
        events.put_events(Entries=[{"Source": "own", "DetailType": "Said", "Detail": json.dumps({"n": number})}])
        cloud.settle()

    say(1)
    events.enable_rule(Name="own")
    say(2)
    events.disable_rule(Name="own")
    say(3)
    assert [event["detail"]["n"] for event in record.events] == [2]
