"""The alarms and the topic they tell as they are written, and what they cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.events.models import EventPattern

from infra.cost.lines import total
from infra.cost.watching import watching_of
from serin.domain.auditing.alarms import AlarmChange
from tests.builders import NOON
from tests.e2e.local.templates import Resources
from tests.infra.conftest import MODELS
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
            function = {"FunctionName": PREDICT, "Resource": f"{PREDICT}:live"}
            assert named == ({"stage": "dev", "model": "returns"} if metric["Namespace"] == "Serin" else function)
        assert alarm["AlarmActions"] == alarm["OKActions"]
        assert json.dumps(alarm["AlarmActions"]).count(":serin-dev-notices") == 1
        assert alarm["TreatMissingData"] == "notBreaching"
    # What predict answers though its model's code failed is a failure too, and most of the time no metric at all.
    (share,) = [one["Expression"] for one in alarms["serin-dev-errors-returns"]["Metrics"] if "Expression" in one]
    assert share == "(errors + FILL(answers, 0)) / calls"
    latency = alarms["serin-dev-latency-returns"]
    assert (latency["ExtendedStatistic"], latency["Threshold"]) == ("p95", 100)


def test_alarms_and_budgets_may_publish_to_a_topic_without_a_key_they_cannot_use(aws: Assembly) -> None:
    (topic,) = aws.resources("AWS::SNS::Topic")
    assert topic == {"TopicName": "serin-dev-notices"}
    (policy,) = aws.resources("AWS::SNS::TopicPolicy")
    allowed = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    services = [statement["Principal"]["Service"] for statement in allowed]
    assert services == ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    for statement in allowed:
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    (reader,) = aws.resources("AWS::SNS::Subscription")
    assert (reader["Protocol"], reader["Endpoint"]) == ("email", "team@example.com")


def _alarms(assembly: Assembly) -> Iterator[Any]:
    yield from of_type(assembly, "endpoint-returns", "AWS::CloudWatch::Alarm").values()


def test_watching_an_idle_model_costs_a_dollar_and_a_half_at_most_with_what_all_models_share(aws: Assembly) -> None:
    watching = watching_of(aws.templates.values(), MODELS)
    assert len(watching) == len(aws.resources("AWS::CloudWatch::Alarm")) + 1
    assert {model: round(total(watching, model), 2) for model in (*MODELS, None)} == {
        "late-orders": 0.80,
        "returns": 0.80,
        None: 0.60,
    }
    assert all(total(watching, None) + total(watching, model) <= 1.50 for model in MODELS)
    # A custom metric could only come from a filter of logs, which would be above, or from a function that may put it.
    assert not [name for name in aws.functions() if "cloudwatch:PutMetricData" in aws.actions(name)]


def test_what_costs_more_is_counted_as_more() -> None:
    metrics = [{"MetricStat": {"Period": 10}}, {"MetricStat": {"Period": 60}}, {"Expression": "a / b"}]
    graph = {"properties": {"metrics": [["AWS/Lambda", f"M{at}"] for at in range(51)]}}
    body = json.dumps({"widgets": [graph]})
    resources = {
        "Fast": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "s-fast-m", "Metrics": metrics}},
        "Both": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmName": "s-both-m"}},
        "Filter": {"Type": "AWS::Logs::MetricFilter", "Properties": {"MetricTransformations": [{}, {}]}},
        "Page": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardName": "d", "DashboardBody": body}},
    }
    watching = watching_of([{"Resources": resources}], ["m"])
    assert [round(one.usd, 2) for one in watching] == [0.60, 0.50, 0.60, 3.00]
    assert round(total(watching, "m"), 2) == 1.10


def test_what_an_alarm_says_tells_whose_it_is_to_the_audit_which_hears_of_each(aws: Assembly) -> None:
    alarms = [
        (stack, one["Properties"])
        for stack in aws.templates
        for one in of_type(aws, stack, "AWS::CloudWatch::Alarm").values()
    ]
    assert len(alarms) > len(MODELS)
    for stack, alarm in alarms:
        model = next((name for name in MODELS if stack in (f"endpoint-{name}", f"training-{name}")), None)
        assert AlarmChange("a", alarm["AlarmDescription"], "OK", "ALARM", NOON, "").model == model, alarm
        assert alarm["AlarmName"].startswith("serin-dev-")
    (rule,) = [one for one in aws.resources("AWS::Events::Rule") if "aws.cloudwatch" in json.dumps(one)]
    pattern = EventPattern.load(json.dumps(rule["EventPattern"]))
    states = {("OK", "ALARM"): True, ("ALARM", "OK"): True, ("INSUFFICIENT_DATA", "OK"): False}
    states |= {("INSUFFICIENT_DATA", "ALARM"): True, ("ALARM", "INSUFFICIENT_DATA"): True}
    for (before, after), wanted in states.items():
        for name, own in (("serin-dev-errors-returns", True), ("serin-prod-errors-returns", False)):
            detail = {"alarmName": name, "previousState": {"value": before}, "state": {"value": after}}
            told = {"source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change", "detail": detail}
            assert pattern.matches_event(told) == (wanted and own), (before, after, name)
