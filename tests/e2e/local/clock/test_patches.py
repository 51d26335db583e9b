"""Why moto's sense of time is patched: what it does without, where a local cloud began in April 2013."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from moto.sqs.models import sqs_backends

from infra.local.wiring import ACCOUNT, wiring
from tests.e2e.local.clock.april import START, running
from tests.e2e.local.clock.test_executions import FAILS, begin, machine, status, wait
from tests.e2e.local.templates import Record, att, aws, function, may_call, ref, resource
from tests.e2e.local.test_patches import without

BUCKET = {"Bucket": resource("S3::Bucket", BucketName="stamps")}
STATES = "moto.stepfunctions.parser.asl.component"


def stamp(cloud: object) -> datetime:
    s3 = aws(cloud, "s3")  # type: ignore[arg-type]
    s3.put_object(Bucket="stamps", Key="k", Body=b"")
    found: datetime = s3.head_object(Bucket="stamps", Key="k")["LastModified"]
    return found


def test_plain_moto_stamps_by_the_machines_clock(tmp_path: Path) -> None:
    with running(tmp_path, BUCKET) as cloud:
        assert stamp(cloud).date() == START.date()
        with without("moto.core.utils.datetime"):
            assert abs(stamp(cloud) - datetime.now(UTC)) < timedelta(minutes=5)


def test_sessions_end_by_the_machines_clock_by_which_clients_renew_them(tmp_path: Path) -> None:
    def expires() -> datetime:
        found: datetime = aws(cloud, "sts").get_session_token()["Credentials"]["Expiration"]
        return found

    with running(tmp_path, BUCKET) as cloud:
        assert expires() > datetime.now(UTC)
        with without("moto.sts.models.utcnow"):
            assert expires() < datetime.now(UTC)


def test_plain_moto_hides_a_message_at_the_moment_it_becomes_visible(tmp_path: Path) -> None:
    with running(tmp_path, {"Queue": resource("SQS::Queue", QueueName="q")}) as cloud:
        backend = sqs_backends[ACCOUNT][cloud.region]
        backend.send_message("q", "m")
        queue = backend.get_queue("q")
        (message,) = queue._messages
        moment = START + timedelta(hours=1)
        message.visible_at = moment.timestamp() * 1000
        seen: list[int] = []

        def look(_moment: float) -> None:
            seen.append(len(queue.messages))
            with without("moto.sqs.models.Message.visible"):
                seen.append(len(queue.messages))

        wiring().clock.call_at(moment.timestamp(), look)
        cloud.advance(timedelta(hours=2))
    assert seen == [1, 0]


def test_plain_moto_sleeps_through_the_stop_of_an_execution(tmp_path: Path, record: Record) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3600, "MaxAttempts": 1}]
    task = {"Task": {"Type": "Task", "Resource": "${Function}", "Retry": retry, "End": True}}
    resources = {"Function": function("f", FAILS, record), "Machine": machine("m", task)}
    title = f"{STATES}.common.retry.retrier_decl.RetrierDecl._eval_body"
    with running(tmp_path, resources) as cloud, without(title):
        execution = begin(cloud, "m")
        aws(cloud, "stepfunctions").stop_execution(executionArn=execution)
        cloud.settle()
        assert status(cloud, execution) == "RUNNING"
        cloud.advance(timedelta(hours=2))
        assert status(cloud, execution) == "ABORTED"


def test_plain_moto_does_not_say_when_an_execution_timed_out(tmp_path: Path) -> None:
    with running(tmp_path, {"Machine": machine("m", wait(Seconds=600), TimeoutSeconds=60)}) as cloud:
        execution = begin(cloud, "m")
        cloud.advance(timedelta(minutes=2))
        states = aws(cloud, "stepfunctions")
        assert "stopDate" in states.describe_execution(executionArn=execution)
        with without("moto.stepfunctions.responses.StepFunctionResponse.describe_execution"):
            assert "stopDate" not in states.describe_execution(executionArn=execution)


def test_plain_moto_takes_schedules_that_are_none(tmp_path: Path) -> None:
    with running(tmp_path, BUCKET) as cloud:
        rule = {"Name": "r", "ScheduleExpression": "rate(1 minutes)"}
        with pytest.raises(ClientError):
            aws(cloud, "events").put_rule(**rule)
        with without("moto.events.models.EventsBackend.put_rule"):
            aws(cloud, "events").put_rule(**rule)
        aws(cloud, "events").delete_rule(Name="r")
        arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
        target = {"Arn": arn, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r"}
        given = {
            "Name": "s",
            "ScheduleExpression": "every day",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": target,
        }
        with pytest.raises(ClientError):
            aws(cloud, "scheduler").create_schedule(**given)
        with without("moto.scheduler.models.EventBridgeSchedulerBackend.create_schedule"):
            aws(cloud, "scheduler").create_schedule(**given)
        aws(cloud, "scheduler").delete_schedule(Name="s")


def test_plain_moto_begins_an_alarm_as_ok(tmp_path: Path) -> None:
    given = {
        "Namespace": "n",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    with running(tmp_path, BUCKET) as cloud:
        cloudwatch = aws(cloud, "cloudwatch")
        with without("moto.cloudwatch.models.CloudWatchBackend.put_metric_alarm"):
            cloudwatch.put_metric_alarm(AlarmName="plain", **given)
        cloudwatch.put_metric_alarm(AlarmName="ours", **given)
        found = {one["AlarmName"]: one["StateValue"] for one in cloudwatch.describe_alarms()["MetricAlarms"]}
        assert found == {"plain": "OK", "ours": "INSUFFICIENT_DATA"}


def test_plain_moto_gives_subscribed_functions_an_event_of_examples(tmp_path: Path, record: Record) -> None:
    resources = {
        "Topic": resource("SNS::Topic", TopicName="t"),
        "Function": function("f", record=record),
        "Takes": may_call("sns", att("Function")),
        "To": resource("SNS::Subscription", TopicArn=ref("Topic"), Protocol="lambda", Endpoint=att("Function")),
    }
    with running(tmp_path, resources) as cloud:
        arn = f"arn:aws:sns:us-east-1:{ACCOUNT}:t"
        aws(cloud, "sns").publish(TopicArn=arn, Message="m")
        with without("moto.sns.models.Subscription.publish"):
            aws(cloud, "sns").publish(TopicArn=arn, Message="m")
        cloud.settle()
        topics = sorted(event["Records"][0]["Sns"]["TopicArn"] for event in record.events)
        assert topics == ["arn:aws:sns:EXAMPLE", arn]
