"""Logs, what subscribes to them, and metrics."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.templates import Record, att, aws, function, ref, resource

SPEAKS = """
import json

def handler(event, context):
    print("starting")
    for number in range(event["rows"]):
        print(json.dumps({"prediction_id": f"p{number}", "score": 0.5}))
    print(json.dumps({"other": 1}))
    if event.get("fail"):
        raise ValueError("no")
"""


def subscribed(record: Record) -> dict[str, dict[str, Any]]:
    """A function whose predictions another one collects."""
    return {
        "Log": resource("Logs::LogGroup", LogGroupName="/aws/lambda/speaks", RetentionInDays=30),
        "Speaks": function("speaks", SPEAKS, LoggingConfig={"LogGroup": ref("Log")}),
        "Version": resource("Lambda::Version", FunctionName=ref("Speaks")),
        "Live": resource(
            "Lambda::Alias", FunctionName=ref("Speaks"), FunctionVersion=att("Version", "Version"), Name="live"
        ),
        "Collect": function("collect", record=record),
        "Subscription": resource(
            "Logs::SubscriptionFilter",
            LogGroupName=ref("Log"),
            DestinationArn=att("Collect"),
            FilterPattern="{ $.prediction_id = * }",
        ),
    }


def speak(cloud: LocalCloud, qualifier: str = "live", **event: Any) -> None:
    aws(cloud, "lambda").invoke(FunctionName="speaks", Qualifier=qualifier, Payload=json.dumps(event).encode())


def test_a_subscription_delivers_the_lines_its_pattern_lets_through(deployed: Deploy, record: Record) -> None:
    cloud = deployed(subscribed(record))
    speak(cloud, rows=3)
    speak(cloud, rows=2)
    cloud.settle()
    deliveries = [json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"]))) for event in record.events]
    assert {(found["messageType"], found["logGroup"], found["owner"]) for found in deliveries} == {
        ("DATA_MESSAGE", "/aws/lambda/speaks", "123456789012")
    }
    lines = [event for found in deliveries for event in found["logEvents"]]
    assert [json.loads(line["message"])["prediction_id"] for line in lines] == ["p0", "p1", "p2", "p0", "p1"]
    assert len({line["id"] for line in lines}) == 5
    assert all(isinstance(line["id"], str) and line["timestamp"] > 0 for line in lines)


ENDS = """
import os, time

def handler(event, context):
    if event["how"] == "exit":
        os._exit(3)
    time.sleep(event["sleep"])
"""


def test_a_function_that_ran_out_of_time_or_died_is_counted_as_an_error(deployed: Deploy) -> None:
    cloud = deployed({"Ends": function("ends", ENDS, Timeout=1)})
    for event in ({"how": "sleep", "sleep": 60}, {"how": "exit"}):
        answer = aws(cloud, "lambda").invoke(FunctionName="ends", Payload=json.dumps(event).encode())
        assert answer["FunctionError"] == "Unhandled"
    now = cloud.clock.now()
    counted = {
        name: aws(cloud, "cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=name,
            Dimensions=[{"Name": "FunctionName", "Value": "ends"}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=7200,
            Statistics=["Sum"],
        )["Datapoints"]
        for name in ("Invocations", "Errors")
    }
    assert {name: sum(point["Sum"] for point in points) for name, points in counted.items()} == {
        "Invocations": 2.0,
        "Errors": 2.0,
    }


def test_lines_are_kept_by_version_and_found_by_json_patterns(deployed: Deploy, record: Record) -> None:
    cloud = deployed(subscribed(record))
    speak(cloud, rows=1)
    logs = aws(cloud, "logs")
    found = logs.filter_log_events(logGroupName="/aws/lambda/speaks", filterPattern='{ $.prediction_id = "p0" }')[
        "events"
    ]
    assert [json.loads(event["message"])["prediction_id"] for event in found] == ["p0"]
    assert "[1]" in found[0]["logStreamName"]
    everything = logs.filter_log_events(logGroupName="/aws/lambda/speaks")["events"]
    assert any(event["message"].startswith("REPORT RequestId") for event in everything)


def test_a_version_logs_in_the_format_it_was_published_with(deployed: Deploy, record: Record) -> None:
    resources = subscribed(record)
    resources["Speaks"]["Properties"]["LoggingConfig"] |= {"LogFormat": "JSON", "SystemLogLevel": "INFO"}
    cloud = deployed(resources)
    config = {"LogFormat": "Text"}
    aws(cloud, "lambda").update_function_configuration(FunctionName="speaks", LoggingConfig=config)
    speak(cloud, rows=1)
    speak(cloud, qualifier="$LATEST", rows=1)
    reports = aws(cloud, "logs").filter_log_events(
        logGroupName="/aws/lambda/speaks", filterPattern='{ $.type = "platform.report" }'
    )["events"]
    assert [event["logStreamName"].partition("[")[2][0] for event in reports] == ["1"]
    assert json.loads(reports[0]["message"])["record"]["status"] == "success"


@pytest.mark.parametrize(
    ("dimensions", "errors"),
    [
        ({"FunctionName": "speaks"}, 2.0),
        ({"FunctionName": "speaks", "Resource": "speaks:live"}, 1.0),
        ({"FunctionName": "speaks", "Resource": "speaks:live", "ExecutedVersion": "1"}, 1.0),
    ],
)
def test_invocations_and_errors_are_counted_for_function_alias_and_executed_version(
    deployed: Deploy, record: Record, dimensions: dict[str, str], errors: float
) -> None:
    cloud = deployed(subscribed(record))
    speak(cloud, rows=0)
    speak(cloud, rows=0, fail=True)
    speak(cloud, qualifier="$LATEST", rows=0, fail=True)
    assert _sum(cloud, "Errors", dimensions) == errors
    assert _sum(cloud, "Invocations", dimensions) == errors + 1
    assert _sum(cloud, "Duration", dimensions) > 0


def _sum(cloud: LocalCloud, metric: str, dimensions: dict[str, str]) -> float:
    now = datetime.now(UTC)
    points = aws(cloud, "cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))
