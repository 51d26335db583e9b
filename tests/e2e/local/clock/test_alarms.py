"""CloudWatch alarms change with their data as the clock passes, and tell topics, functions and the event bus."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from serin.domain.errors import SerinError
from tests.e2e.local.clock.april import START, running
from tests.e2e.local.templates import Record, Resources, att, aws, function, may_call, may_send, ref, resource

MINUTE = timedelta(minutes=1)
FAILS = "def handler(event, context):\n    raise ValueError('no')"


def alarm(name: Any = "errors", **more: Any) -> dict[str, Any]:
    """One datum above 1 within five minutes is an alarm."""
    given = {
        "AlarmName": name,
        "Namespace": "Serin",
        "MetricName": "Failures",
        "Dimensions": [{"Name": "Model", "Value": "m"}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    return resource(
        "CloudWatch::Alarm", **{name: value for name, value in {**given, **more}.items() if value is not None}
    )


def measure(cloud: LocalCloud, value: float, model: str = "m") -> None:
    dimensions = [{"Name": "Model", "Value": model}]
    datum = {"MetricName": "Failures", "Dimensions": dimensions, "Value": value, "Unit": "Count"}
    aws(cloud, "cloudwatch").put_metric_data(Namespace="Serin", MetricData=[datum])


def states(cloud: LocalCloud) -> dict[str, str]:
    found = aws(cloud, "cloudwatch").describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return {one["AlarmName"]: one["StateValue"] for one in found["MetricAlarms"] + found["CompositeAlarms"]}


def changes(cloud: LocalCloud, name: str) -> list[tuple[str, timedelta]]:
    items = aws(cloud, "cloudwatch").describe_alarm_history(
        AlarmName=name, HistoryItemType="StateUpdate", ScanBy="TimestampAscending"
    )["AlarmHistoryItems"]
    return [(item["HistorySummary"].removeprefix("Alarm updated from "), item["Timestamp"] - START) for item in items]


def told(record: Record) -> Resources:
    """A function told by the default bus."""
    rule = resource(
        "Events::Rule",
        EventPattern={"source": ["aws.cloudwatch"]},
        State="ENABLED",
        Targets=[{"Id": "f", "Arn": att("Function")}],
    )
    return {"Function": function("told", record=record), "Rule": rule}


def test_an_alarm_goes_off_with_its_data_and_back_without(tmp_path: Path, record: Record) -> None:
    with running(tmp_path, {"Alarm": alarm(), **told(record)}) as cloud:
        assert states(cloud) == {"errors": "INSUFFICIENT_DATA"}
        cloud.advance(10 * MINUTE)
        assert states(cloud) == {"errors": "OK"}
        measure(cloud, 3)
        cloud.advance(2 * MINUTE)
        assert states(cloud) == {"errors": "ALARM"}
        measure(cloud, 3, model="another")
        # The last data point counts as long as it is within two periods more.
        cloud.advance(timedelta(days=1))
        assert states(cloud) == {"errors": "OK"}
        found = [(what, round(when / MINUTE)) for what, when in changes(cloud, "errors")]
        assert found == [("INSUFFICIENT_DATA to OK", 1), ("OK to ALARM", 11), ("ALARM to OK", 26)]
        first, second, third = (event["detail"] for event in record.events)
        assert (second["alarmName"], second["previousState"]["value"], second["state"]["value"]) == (
            "errors",
            "OK",
            "ALARM",
        )
        assert second["state"]["reason"] == (
            "Threshold Crossed: 1 out of the last 1 datapoint [3.0 (01/04/13 04:06:00)] was greater than or equal to "
            "the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
        )
        assert json.loads(second["state"]["reasonData"])["recentDatapoints"] == [3.0]
        assert second["state"]["timestamp"] == "2013-04-01T04:11:00.000+0000"
        (metric,) = second["configuration"]["metrics"]
        assert metric["metricStat"]["metric"] == {
            "namespace": "Serin",
            "name": "Failures",
            "dimensions": {"Model": "m"},
        }
        assert (first["state"]["value"], third["state"]["value"]) == ("OK", "OK")
        assert {event["detail-type"] for event in record.events} == {"CloudWatch Alarm State Change"}
        assert record.events[1]["time"] == "2013-04-01T04:11:00Z"


@pytest.mark.parametrize(
    ("treatment", "state"),
    [("missing", "INSUFFICIENT_DATA"), ("ignore", "ALARM"), ("breaching", "ALARM"), ("notBreaching", "OK")],
)
def test_missing_data_is_treated_as_the_alarm_says(tmp_path: Path, treatment: str, state: str) -> None:
    with running(tmp_path, {"Alarm": alarm(TreatMissingData=treatment)}) as cloud:
        measure(cloud, 5)
        cloud.advance(2 * MINUTE)
        assert states(cloud) == {"errors": "ALARM"}
        cloud.advance(timedelta(days=30))
        assert states(cloud) == {"errors": state}


def test_two_of_three_periods_make_an_alarm(tmp_path: Path) -> None:
    settings = {"Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "TreatMissingData": "missing"}
    with running(tmp_path, {"Alarm": alarm(**settings)}) as cloud:
        seen = []
        for value in (0, 5, 0, 0, 5, 5, 0, 0, 0):
            measure(cloud, value)
            cloud.advance(MINUTE)
            seen.append(states(cloud)["errors"])
    assert seen == ["OK", "OK", "OK", "OK", "OK", "ALARM", "ALARM", "OK", "OK"]


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        ({"Statistic": "Average", "Threshold": 2.5}, "ALARM"),
        ({"Statistic": "Average", "Threshold": 2.6}, "OK"),
        ({"Statistic": "Maximum", "Threshold": 4}, "ALARM"),
        ({"Statistic": "SampleCount", "Threshold": 5}, "OK"),
        ({"Statistic": None, "ExtendedStatistic": "p50", "Threshold": 2.5}, "ALARM"),
        ({"ComparisonOperator": "LessThanThreshold", "Statistic": "Minimum", "Threshold": 1}, "OK"),
        ({"Unit": "Seconds"}, "OK"),
    ],
)
def test_each_statistic_is_compared(tmp_path: Path, settings: dict[str, Any], state: str) -> None:
    with running(tmp_path, {"Alarm": alarm(**settings)}) as cloud:
        for value in (1, 2, 3, 4):
            measure(cloud, value)
        cloud.advance(MINUTE)
        assert states(cloud) == {"errors": state}


def stat(query: str, metric: str) -> dict[str, Any]:
    dimensions = [{"Name": "FunctionName", "Value": "fails"}]
    wanted = {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": query, "ReturnData": False, "MetricStat": {"Metric": wanted, "Period": 300, "Stat": "Sum"}}


def test_metric_math_over_a_functions_own_metrics(tmp_path: Path) -> None:
    rate = {"Id": "rate", "Expression": "100 * errors / FILL(calls, 1)", "ReturnData": True}
    metrics = [stat("errors", "Errors"), stat("calls", "Invocations"), rate]
    plain = dict.fromkeys(("Namespace", "MetricName", "Dimensions", "Statistic", "Period"))
    resources = {"Alarm": alarm(**plain, Metrics=metrics, Threshold=50), "Function": function("fails", FAILS)}
    with running(tmp_path, resources) as cloud:
        cloud.advance(10 * MINUTE)
        assert states(cloud) == {"errors": "OK"}
        aws(cloud, "lambda").invoke(FunctionName="fails", Payload=b"{}")
        cloud.advance(2 * MINUTE)
        assert states(cloud) == {"errors": "ALARM"}


def topic(record: Record) -> Resources:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sns:Publish",
                "Resource": ref("Topic"),
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
            }
        ],
    }
    return {
        "Topic": resource("SNS::Topic", TopicName="pages"),
        "Policy": resource("SNS::TopicPolicy", Topics=[ref("Topic")], PolicyDocument=policy),
        "Queue": resource("SQS::Queue", QueueName="pages"),
        "QueueTakes": may_send("Queue", "sns"),
        "Function": function("paged", record=record),
        "FunctionTakes": may_call("sns", att("Function")),
        "FunctionActs": may_call("lambda.alarms.cloudwatch", att("Function")),
        "ToQueue": resource("SNS::Subscription", TopicArn=ref("Topic"), Protocol="sqs", Endpoint=att("Queue")),
        "ToFunction": resource("SNS::Subscription", TopicArn=ref("Topic"), Protocol="lambda", Endpoint=att("Function")),
        "ToMail": resource("SNS::Subscription", TopicArn=ref("Topic"), Protocol="email", Endpoint="a@example.com"),
    }


def test_actions_reach_topics_with_their_queues_and_functions(tmp_path: Path, record: Record) -> None:
    resources = topic(record) | {"Alarm": alarm(AlarmActions=[ref("Topic")])}
    with running(tmp_path, resources, as_written=True) as cloud:
        cloud.advance(MINUTE)
        measure(cloud, 2)
        cloud.advance(MINUTE)
        ((page,),) = (event["Records"] for event in record.events)
        assert page["Sns"]["Subject"] == 'ALARM: "errors" in US East (N. Virginia)'
        assert page["Sns"]["TopicArn"].endswith(":pages")
        message = json.loads(page["Sns"]["Message"])
        assert (message["AlarmName"], message["OldStateValue"], message["NewStateValue"]) == ("errors", "OK", "ALARM")
        assert message["Trigger"]["Dimensions"] == [{"value": "m", "name": "Model"}]
        sqs = aws(cloud, "sqs")
        found = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="pages")["QueueUrl"])["Messages"]
        assert json.loads(json.loads(found[0]["Body"])["Message"]) == message


def test_a_function_can_be_the_action_and_setting_the_state_carries_it_out(tmp_path: Path, record: Record) -> None:
    resources = topic(record) | {"Alarm": alarm(AlarmActions=[att("Function")])}
    with running(tmp_path, resources, as_written=True) as cloud:
        cloud.advance(MINUTE)
        cloudwatch = aws(cloud, "cloudwatch")
        for _ in range(2):
            cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
        cloud.settle()
        (event,) = record.events
        assert event["alarmData"]["state"]["reason"] == "a drill"
        assert (event["source"], event["alarmArn"][-7:]) == ("aws.cloudwatch", ":errors")
        # The data says otherwise at the next evaluation.
        cloud.advance(MINUTE)
        assert states(cloud) == {"errors": "OK"}
        cloudwatch.disable_alarm_actions(AlarmNames=["errors"])
        cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="another")
        cloud.settle()
        assert len(record.events) == 1


def test_an_action_nobody_allows_does_not_happen(tmp_path: Path, record: Record) -> None:
    resources = topic(record) | {"Alarm": alarm(AlarmActions=[att("Function"), ref("Topic")])}
    for permission in ("FunctionActs", "FunctionTakes", "QueueTakes"):
        del resources[permission]
    with running(tmp_path, resources, as_written=True) as cloud:
        aws(cloud, "cloudwatch").set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
        cloud.settle()
        assert record.events == []
        sqs = aws(cloud, "sqs")
        assert "Messages" not in sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="pages")["QueueUrl"])


def test_a_composite_alarm_follows_its_alarms(tmp_path: Path) -> None:
    both = resource(
        "CloudWatch::CompositeAlarm", "One", "Two", AlarmName="both", AlarmRule='ALARM("one") AND ALARM("two")'
    )
    two = [{"Name": "Model", "Value": "two"}]
    resources = {"One": alarm("one"), "Two": alarm("two", Dimensions=two), "Both": both}
    with running(tmp_path, resources) as cloud:
        cloud.advance(MINUTE)
        measure(cloud, 2)
        cloud.advance(MINUTE)
        assert states(cloud) == {"one": "ALARM", "two": "OK", "both": "OK"}
        measure(cloud, 2, model="two")
        cloud.advance(MINUTE)
        assert states(cloud) == {"one": "ALARM", "two": "ALARM", "both": "ALARM"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"Statistic": None, "ExtendedStatistic": "p99", "Period": 10}, "periods of 10 s"),
        (
            {"ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold"},
            "LessThanLowerOrGreaterThanUpperThreshold",
        ),
        ({"TreatMissingData": "sometimes"}, "sometimes"),
    ],
)
def test_an_alarm_that_nothing_evaluates_stops_the_deploy(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(SerinError, match=said), running(tmp_path, {"Alarm": alarm(**wrong)}):
        pass


def test_an_alarm_keeps_its_state_when_it_is_changed(tmp_path: Path) -> None:
    with running(tmp_path, {"Alarm": alarm()}) as cloud:
        measure(cloud, 2)
        cloud.advance(MINUTE)
        given = alarm()["Properties"]
        aws(cloud, "cloudwatch").put_metric_alarm(**{**given, "Threshold": 1.5})
        assert states(cloud) == {"errors": "ALARM"}
        aws(cloud, "cloudwatch").put_metric_alarm(**{**given, "Threshold": 9.0})
        cloud.advance(MINUTE)
        assert states(cloud) == {"errors": "OK"}
