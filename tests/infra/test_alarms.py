"""The alarms of an endpoint and the topic they tell: as they are written, and as they go off in the local cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.local import templates
from tests.e2e.local.templates import Resources, att, aws, function, may_send, ref, resource, role
from tests.infra.templates import Assembly

PREDICT = "serin-dev-predict-returns"
MINUTE = timedelta(minutes=1)
ANSWERS = """
import time

def handler(event, context):
    time.sleep(event.get("sleep", 0))
    if event.get("fail"):
        raise ValueError("no")
"""


def of_type(assembly: Assembly, stack: str, *kinds: str) -> Resources:
    resources = assembly.templates[stack]["Resources"]
    return {name: one for name, one in resources.items() if one["Type"].startswith(kinds)}


def test_alarms_are_about_the_calls_of_the_alias_and_tell_the_topic(aws: Assembly) -> None:
    alarms = {one["Properties"]["AlarmName"]: one["Properties"] for one in _alarms(aws)}
    assert set(alarms) == {f"{PREDICT}-{name}" for name in ("errors", "throttles", "latency")}
    for alarm in alarms.values():
        dimensions = [line["MetricStat"]["Metric"] for line in alarm.get("Metrics", []) if "MetricStat" in line]
        for metric in dimensions or [alarm]:
            named = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
            assert named == {"FunctionName": PREDICT, "Resource": f"{PREDICT}:live"}
        assert alarm["AlarmActions"] == alarm["OKActions"]
        assert json.dumps(alarm["AlarmActions"]).count(":serin-dev-notices") == 1
        assert alarm["TreatMissingData"] == "notBreaching"
    latency = alarms[f"{PREDICT}-latency"]
    assert (latency["ExtendedStatistic"], latency["Threshold"]) == ("p95", 1000)


def test_cloudwatch_may_publish_to_a_topic_without_a_key_it_cannot_use(aws: Assembly) -> None:
    (topic,) = aws.resources("AWS::SNS::Topic")
    assert topic == {"TopicName": "serin-dev-notices"}
    (policy,) = aws.resources("AWS::SNS::TopicPolicy")
    allowed = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    (statement,) = allowed
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    (reader,) = aws.resources("AWS::SNS::Subscription")
    assert (reader["Protocol"], reader["Endpoint"]) == ("email", "team@example.com")


def _alarms(assembly: Assembly) -> Iterator[Any]:
    yield from of_type(assembly, "endpoint-returns", "AWS::CloudWatch::Alarm").values()


@pytest.fixture
def cloud(local: Assembly, tmp_path: Path) -> Iterator[LocalCloud]:
    """The template's own alarms and topic, on a function that answers, fails or takes its time, as it is told."""
    topic = of_type(local, "catalog", "AWS::SNS::")
    (topic_name,) = [name for name, one in topic.items() if one["Type"] == "AWS::SNS::Topic"]
    ours = {
        "Role": role(),
        "Function": function(PREDICT, ANSWERS),
        "Version": resource("Lambda::Version", FunctionName=ref("Function")),
        "Live": resource(
            "Lambda::Alias", Name="live", FunctionName=ref("Function"), FunctionVersion=att("Version", "Version")
        ),
        "Notices": resource("SQS::Queue", QueueName="notices"),
        "Reader": resource("SNS::Subscription", TopicArn=ref(topic_name), Protocol="sqs", Endpoint=att("Notices")),
        "Lets": may_send("Notices", "sns"),
    }
    alarms = of_type(local, "endpoint-returns", "AWS::CloudWatch::Alarm")
    stacks = [("catalog", {**topic, **ours}), ("endpoint", alarms)]
    start = datetime(2013, 4, 1, tzinfo=UTC)
    with LocalCloud.start(templates.assembly(*stacks), scratch=tmp_path, clock=start) as started:
        yield started


def states(cloud: LocalCloud) -> dict[str, str]:
    alarms = aws(cloud, "cloudwatch").describe_alarms()["MetricAlarms"]
    return {one["AlarmName"].removeprefix(f"{PREDICT}-"): one["StateValue"] for one in alarms}


def ask(cloud: LocalCloud, **how: Any) -> None:
    """One call a minute for three minutes."""
    for _ in range(3):
        answer = aws(cloud, "lambda").invoke(FunctionName=PREDICT, Qualifier="live", Payload=json.dumps(how).encode())
        assert answer["ExecutedVersion"] == "1"
        cloud.advance(MINUTE)


def notices(cloud: LocalCloud) -> list[tuple[str, str]]:
    sqs = aws(cloud, "sqs")
    url = sqs.get_queue_url(QueueName="notices")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    pages = [json.loads(json.loads(message["Body"])["Message"]) for message in messages]
    return sorted((page["AlarmName"].removeprefix(f"{PREDICT}-"), page["NewStateValue"]) for page in pages)


@pytest.mark.slow
def test_alarms_go_off_when_calls_fail_or_take_long_and_say_when_it_is_over(cloud: LocalCloud) -> None:
    cloud.advance(MINUTE)
    assert set(states(cloud).values()) == {"OK"}
    notices(cloud)
    ask(cloud, fail=True)
    assert states(cloud) == {"errors": "ALARM", "throttles": "OK", "latency": "OK"}
    cloud.advance(10 * MINUTE)
    ask(cloud, sleep=1.05)
    assert states(cloud) == {"errors": "OK", "throttles": "OK", "latency": "ALARM"}
    assert notices(cloud) == [("errors", "ALARM"), ("errors", "OK"), ("latency", "ALARM")]
