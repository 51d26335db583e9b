"""Events, schedules, topics, logs, metrics and stacks."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.logs.utils import EventMessageFilter

from benches.rules.cases import function
from infra.local.cloud import LocalCloud
from tests.e2e.local.needs.model import needed
from tests.e2e.local.needs.world import (
    arn_of,
    at_rest,
    aws,
    bodies,
    bucket,
    is_now,
    name_of,
    queue,
    topic_to,
    unique,
)
from tests.e2e.local.templates import allow, document

_CLOUDWATCH = "moto.cloudwatch.models"

KEEPS = """
import boto3, json

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl="URL", MessageBody=json.dumps(event))
"""
"""Sends every event to a queue."""


def _kept(cloud: LocalCloud, url: str) -> list[Any]:
    at_rest(cloud)
    return [json.loads(body) for body in bodies(cloud, url)]


@needed("moto.events.models.Rule.send_to_targets")
def a_rule_delivers_what_its_pattern_lets_through(cloud: LocalCloud) -> None:
    events, name = aws(cloud, "events"), unique()
    with queue(cloud) as url:
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["s"]}))
        events.put_targets(
            Rule=name, Targets=[{"Id": "q", "Arn": arn_of(cloud, "sqs", name_of(url)), "InputPath": "$.detail"}]
        )
        for source in ("s", "other"):
            events.put_events(Entries=[{"Source": source, "DetailType": "d", "Detail": json.dumps({"n": 1})}])
        assert _kept(cloud, url) == [{"n": 1}]
        events.remove_targets(Rule=name, Ids=["q"])
        events.delete_rule(Name=name)


@needed("moto.events.models.EventsBackend.put_targets")
def a_target_nothing_delivers_to_is_refused(cloud: LocalCloud) -> None:
    events, name = aws(cloud, "events"), unique()
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["s"]}))
    with pytest.raises(ClientError, match="kinesis"):
        events.put_targets(Rule=name, Targets=[{"Id": "k", "Arn": arn_of(cloud, "kinesis", "stream/s")}])
    events.delete_rule(Name=name)


@needed("moto.events.models.EventsBackend.put_rule", alone=True)
def a_rule_has_a_schedule_that_is_one(cloud: LocalCloud) -> None:
    with pytest.raises(ClientError, match="ScheduleExpression is not valid"):
        aws(cloud, "events").put_rule(Name=unique(), ScheduleExpression="rate(1 minutes)")


@needed("moto.s3.models.FakeBucket.set_notification_configuration")
def a_bucket_that_sends_directly_is_refused(cloud: LocalCloud) -> None:
    with bucket(cloud) as name, queue(cloud) as url:
        place = {"QueueArn": arn_of(cloud, "sqs", name_of(url)), "Events": ["s3:ObjectCreated:*"]}
        wanted = {"QueueConfigurations": [place]}
        with pytest.raises(ClientError, match="Turn on EventBridge"):
            aws(cloud, "s3").put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=wanted)


@needed("moto.s3.notifications._send_event_bridge_message")
def an_object_is_an_event_of_the_shape_that_s3_sends(cloud: LocalCloud) -> None:
    events, s3, rule = aws(cloud, "events"), aws(cloud, "s3"), unique()
    with queue(cloud) as url, bucket(cloud) as name:
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        events.put_rule(
            Name=rule, EventPattern=json.dumps({"source": ["aws.s3"], "detail": {"bucket": {"name": [name]}}})
        )
        events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": arn_of(cloud, "sqs", name_of(url))}])
        etag = s3.put_object(Bucket=name, Key="k", Body=b"1")["ETag"].strip('"')
        (event,) = _kept(cloud, url)
        assert (event["detail"]["reason"], event["detail"]["object"]["etag"]) == ("PutObject", etag)
        events.remove_targets(Rule=rule, Ids=["q"])
        events.delete_rule(Name=rule)


@needed("moto.sns.models.Subscription.publish")
def a_topic_invokes_a_function_with_its_own_name(cloud: LocalCloud) -> None:
    with queue(cloud) as url, function(cloud, KEEPS.replace("URL", url)) as case:
        aws(cloud, "lambda").add_permission(
            FunctionName=case.name, StatementId="sns", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com"
        )
        with topic_to(cloud, "lambda", case.arn) as topic:
            aws(cloud, "sns").publish(TopicArn=topic, Message="m")
            (event,) = _kept(cloud, url)
        assert event["Records"][0]["Sns"]["TopicArn"] == topic


@needed("moto.logs.models.LogStream._send_log_events", "moto.logs.utils.EventMessageFilter.__init__")
def a_subscription_delivers_the_lines_its_pattern_lets_through(cloud: LocalCloud) -> None:
    logs, group = aws(cloud, "logs"), f"/{unique()}"
    assert not EventMessageFilter("{ $.id = * }").matches("no JSON")
    with queue(cloud) as url, function(cloud, KEEPS.replace("URL", url)) as case:
        aws(cloud, "lambda").add_permission(
            FunctionName=case.name, StatementId="logs", Action="lambda:InvokeFunction", Principal="logs.amazonaws.com"
        )
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="s")
        logs.put_subscription_filter(
            logGroupName=group, filterName="f", filterPattern="{ $.id = * }", destinationArn=case.arn
        )
        now_ms = int(cloud.clock.time() * 1000)
        lines = [{"timestamp": now_ms, "message": text} for text in ("no JSON", json.dumps({"id": "1"}))]
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=lines)
        (event,) = _kept(cloud, url)
        found = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
        assert [line["message"] for line in found["logEvents"]] == [json.dumps({"id": "1"})]
        logs.delete_log_group(logGroupName=group)


def _asked_of(cloud: LocalCloud, namespace: str) -> dict[str, Any]:
    """A function's errors alone, which 20 of its alias's were put beside, of the last hour."""
    now, own = cloud.clock.now(), {"Name": "FunctionName", "Value": "f"}
    for dimensions, values in (([own], [2.0, 4.0]), ([own, {"Name": "Resource", "Value": "f:live"}], [10.0, 10.0])):
        data = [{"MetricName": "Errors", "Dimensions": dimensions, "Value": value} for value in values]
        aws(cloud, "cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)
    return {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(hours=1)}


@needed("moto.cloudwatch.responses.CloudWatchResponse.get_metric_statistics")
def a_metric_is_its_name_and_exactly_its_dimensions(cloud: LocalCloud) -> None:
    namespace, own = unique(), {"Name": "FunctionName", "Value": "f"}
    found = aws(cloud, "cloudwatch").get_metric_statistics(
        **_asked_of(cloud, namespace),
        Namespace=namespace,
        MetricName="Errors",
        Dimensions=[own],
        Period=7200,
        Statistics=["Sum"],
        ExtendedStatistics=["p50"],
    )
    (point,) = found["Datapoints"]
    assert (point["Sum"], point["ExtendedStatistics"]) == (6.0, {"p50": 3.0})
    is_now(cloud, point["Timestamp"])


@needed("moto.cloudwatch.responses.CloudWatchResponse.get_metric_data")
def metrics_are_read_with_percentiles_and_sums_of_them(cloud: LocalCloud) -> None:
    namespace, own = unique(), {"Name": "FunctionName", "Value": "f"}
    metric = {"Namespace": namespace, "MetricName": "Errors", "Dimensions": [own]}
    stats = {"sum": "Sum", "half": "p50"}
    queries: list[dict[str, Any]] = [
        {"Id": name, "MetricStat": {"Metric": metric, "Period": 7200, "Stat": stat}} for name, stat in stats.items()
    ]
    queries.append({"Id": "both", "Expression": "sum + half"})
    elsewhere = {"Metric": {**metric, "Namespace": unique()}, "Period": 7200, "Stat": "Sum"}
    queries.append({"Id": "nothing", "MetricStat": elsewhere})
    found = aws(cloud, "cloudwatch").get_metric_data(**_asked_of(cloud, namespace), MetricDataQueries=queries)
    values = {one["Id"]: one["Values"] for one in found["MetricDataResults"]}
    assert values == {"sum": [6.0], "half": [3.0], "both": [9.0], "nothing": []}


_ALARM = {
    "MetricName": "m",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


@needed(f"{_CLOUDWATCH}.CloudWatchBackend.put_metric_alarm")
def an_alarm_begins_without_data(cloud: LocalCloud) -> None:
    cloudwatch, name = aws(cloud, "cloudwatch"), unique()
    cloudwatch.put_metric_alarm(AlarmName=name, Namespace=name, **_ALARM)
    (found,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    cloudwatch.delete_alarms(AlarmNames=[name])
    assert found["StateValue"] == "INSUFFICIENT_DATA"


@needed(f"{_CLOUDWATCH}.Alarm.update_state", "moto.cloudwatch.responses.CloudWatchResponse.describe_alarm_history")
def an_alarm_that_changes_tells_its_topic_and_can_be_read_back(cloud: LocalCloud) -> None:
    cloudwatch, name = aws(cloud, "cloudwatch"), unique()
    with queue(cloud) as url, topic_to(cloud, "sqs", arn_of(cloud, "sqs", name_of(url))) as topic:
        may = allow("sns:Publish", on=topic, Principal={"Service": "cloudwatch.amazonaws.com"})
        aws(cloud, "sns").set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(document(may))
        )
        cloudwatch.put_metric_alarm(AlarmName=name, Namespace=name, AlarmActions=[topic], **_ALARM)
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a try")
        (told,) = _kept(cloud, url)
        assert json.loads(told["Message"])["NewStateReason"] == "a try"
        (item,) = cloudwatch.describe_alarm_history(AlarmName=name)["AlarmHistoryItems"]
        assert item["HistorySummary"].endswith("to ALARM")
        cloudwatch.delete_alarms(AlarmNames=[name])


@needed(f"{_CLOUDWATCH}.datetime", "moto.apigatewayv2.models.datetime")
def dashboards_and_apis_are_as_old_as_the_clock_says(cloud: LocalCloud) -> None:
    cloudwatch, gateway, name = aws(cloud, "cloudwatch"), aws(cloud, "apigatewayv2"), unique()
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=json.dumps({"widgets": []}))
    api = gateway.create_api(Name=name, ProtocolType="HTTP")
    (dashboard,) = [one for one in cloudwatch.list_dashboards()["DashboardEntries"] if one["DashboardName"] == name]
    is_now(cloud, dashboard["LastModified"])
    is_now(cloud, api["CreatedDate"])
    gateway.delete_api(ApiId=api["ApiId"])
    cloudwatch.delete_dashboards(DashboardNames=[name])


@needed("moto.cloudformation.urls.url_paths", alone=True)
def a_stack_with_a_type_nobody_knows_is_refused(cloud: LocalCloud) -> None:
    body = json.dumps({"Resources": {"C": {"Type": "AWS::ECS::Nothing"}, "Q": {"Type": "AWS::SQS::Queue"}}})
    with pytest.raises(ClientError, match=r"AWS::ECS::Nothing \(C\)"):
        aws(cloud, "cloudformation").create_stack(StackName=unique(), TemplateBody=body)


@needed("moto.events.models.EventsBackend.put_events")
def nobody_speaks_in_the_name_of_aws(cloud: LocalCloud) -> None:
    entries = [{"Source": source, "DetailType": "d", "Detail": "{}"} for source in ("aws.s3", "mine")]
    answers = aws(cloud, "events").put_events(Entries=entries)["Entries"]
    assert [answer.get("ErrorCode") for answer in answers] == ["NotAuthorizedForSourceException", None]
