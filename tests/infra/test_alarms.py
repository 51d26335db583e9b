"""The alarms of an endpoint and the topic they tell: as they are written, and as they go off in the local cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.e2e.local.templates import Resources
from tests.infra.templates import Assembly

PREDICT = "serin-dev-predict-returns"


def of_type(assembly: Assembly, stack: str, *kinds: str) -> Resources:
    resources = assembly.templates[stack]["Resources"]
    return {name: one for name, one in resources.items() if one["Type"].startswith(kinds)}


def test_alarms_are_about_the_calls_of_the_alias_and_tell_the_topic(aws: Assembly) -> None:
    alarms = {one["Properties"]["AlarmName"]: one["Properties"] for one in _alarms(aws)}
    assert set(alarms) == {f"serin-dev-{name}-returns" for name in ("errors", "throttles", "latency")}
    for alarm in alarms.values():
        dimensions = [line["MetricStat"]["Metric"] for line in alarm.get("Metrics", []) if "MetricStat" in line]
        for metric in dimensions or [alarm]:
            named = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
            assert named == {"FunctionName": PREDICT, "Resource": f"{PREDICT}:live"}
        assert alarm["AlarmActions"] == alarm["OKActions"]
        assert json.dumps(alarm["AlarmActions"]).count(":serin-dev-notices") == 1
        assert alarm["TreatMissingData"] == "notBreaching"
    latency = alarms["serin-dev-latency-returns"]
    assert (latency["ExtendedStatistic"], latency["Threshold"]) == ("p95", 100)


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
