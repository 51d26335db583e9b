"""EventBridge Scheduler on the cloud's clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from serin.domain.errors import SerinError
from tests.e2e.local.clock.april import START, running
from tests.e2e.local.templates import Record, Resources, allow, att, aws, function, ref, resource, role

OFF = {"Mode": "OFF"}


def target(name: Any = "Function", **more: Any) -> dict[str, Any]:
    return {"Arn": att(name), "RoleArn": att("Role"), **more}


def schedule(expression: str, wanted: Any = None, **more: Any) -> dict[str, Any]:
    given = {"Name": "s", "ScheduleExpression": expression, "FlexibleTimeWindow": OFF, **more}
    return resource(
        "Scheduler::Schedule", **given, Target=wanted or target(Input='{"at": "<aws.scheduler.scheduled-time>"}')
    )


def ticking(record: Record, made: dict[str, Any]) -> Resources:
    return {"Function": function("tick", record=record), "Schedule": made}


def moments(record: Record) -> list[str]:
    return [event["at"] for event in record.events]


def test_a_cron_keeps_the_local_hour_of_its_zone(tmp_path: Path, record: Record) -> None:
    made = schedule("cron(0 8 * * ? *)", ScheduleExpressionTimezone="America/New_York")
    with running(tmp_path, ticking(record, made)) as cloud:
        cloud.advance(timedelta(days=2))
        assert moments(record) == ["2013-04-01T12:00:00Z", "2013-04-02T12:00:00Z"]
        cloud.advance(datetime(2013, 11, 2, 13, tzinfo=UTC))
        record.path.unlink()
        cloud.advance(timedelta(days=2))
        assert moments(record) == ["2013-11-03T13:00:00Z", "2013-11-04T13:00:00Z"]


def test_a_rate_begins_at_once_or_at_its_start_and_ends_at_its_end(tmp_path: Path, record: Record) -> None:
    with running(tmp_path, ticking(record, schedule("rate(6 hours)"))) as cloud:
        cloud.advance(timedelta(hours=13))
        assert [at[:13] for at in moments(record)] == ["2013-04-01T04", "2013-04-01T10", "2013-04-01T16"]
    record.path.unlink()
    dates = {"StartDate": "2013-04-02T00:30:00Z", "EndDate": "2013-04-02T13:00:00Z"}
    with running(tmp_path, ticking(record, schedule("rate(6 hours)", **dates))) as cloud:
        cloud.advance(timedelta(days=3))
        assert moments(record) == [f"2013-04-02T{hour:02}:30:00Z" for hour in (0, 6, 12)]


def test_one_moment_comes_once_and_the_schedule_may_go_with_it(tmp_path: Path, record: Record) -> None:
    with running(tmp_path, {"Function": function("tick", record=record)}) as cloud:
        scheduler = aws(cloud, "scheduler")
        arn = "arn:aws:lambda:us-east-1:123456789012:function:tick"
        roles = [one["Arn"] for one in aws(cloud, "iam").list_roles()["Roles"]]
        for name, after in (("kept", "NONE"), ("gone", "DELETE")):
            scheduler.create_schedule(
                Name=name,
                ScheduleExpression="at(2013-04-05T09:30:00)",
                FlexibleTimeWindow=OFF,
                ActionAfterCompletion=after,
                Target={
                    "Arn": arn,
                    "RoleArn": next(one for one in roles if "stack-Role" in one),
                    "Input": json.dumps({"at": name}),
                },
            )
        cloud.advance(timedelta(days=3))
        assert moments(record) == []
        cloud.advance(timedelta(days=2))
        assert moments(record) == ["gone", "kept"]
        assert [one["Name"] for one in scheduler.list_schedules()["Schedules"]] == ["kept"]
        cloud.advance(timedelta(days=400))
        assert len(record.events) == 2


def test_a_disabled_schedule_is_silent_until_it_is_enabled(tmp_path: Path, record: Record) -> None:
    with running(tmp_path, ticking(record, schedule("cron(0 * * * ? *)", State="DISABLED"))) as cloud:
        cloud.advance(timedelta(hours=5))
        assert moments(record) == []
        scheduler = aws(cloud, "scheduler")
        found = scheduler.get_schedule(Name="s")
        settings = {key: found[key] for key in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")}
        scheduler.update_schedule(**settings, State="ENABLED")
        cloud.advance(timedelta(hours=1))
        assert moments(record) == ["2013-04-01T10:00:00Z"]
        scheduler.delete_schedule(Name="s")
        cloud.advance(timedelta(hours=5))
        assert len(record.events) == 1


def test_queues_machines_and_buses_are_targets_too(tmp_path: Path, record: Record) -> None:
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
    bus = {"Arn": "arn:aws:events:us-east-1:123456789012:event-bus/default", "RoleArn": att("Role")}
    named = {"EventBridgeParameters": {"Source": "serin", "DetailType": "Due"}, "Input": '{"n": 1}'}
    resources = {
        "Queue": resource("SQS::Queue", QueueName="q"),
        "Machine": resource(
            "StepFunctions::StateMachine",
            StateMachineName="m",
            RoleArn=att("Role"),
            DefinitionString=json.dumps(definition),
        ),
        "Function": function("listener", record=record),
        "Rule": resource(
            "Events::Rule",
            EventPattern={"source": ["serin"]},
            State="ENABLED",
            Targets=[{"Id": "f", "Arn": att("Function")}],
        ),
        "Group": resource("Scheduler::ScheduleGroup", Name="ours"),
        "ToQueue": schedule("cron(0 5 * * ? *)", target("Queue", Input="hello"), Name="queue", GroupName=ref("Group")),
        "ToMachine": schedule("cron(0 5 * * ? *)", target("Machine", Input='{"n": 2}'), Name="machine"),
        "ToBus": schedule("cron(0 5 * * ? *)", {**bus, **named}, Name="bus"),
    }
    with running(tmp_path, resources) as cloud:
        cloud.advance(timedelta(hours=2))
        sqs, states = aws(cloud, "sqs"), aws(cloud, "stepfunctions")
        (message,) = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="q")["QueueUrl"])["Messages"]
        assert message["Body"] == "hello"
        (machine,) = states.list_state_machines()["stateMachines"]
        (execution,) = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        found = states.describe_execution(executionArn=execution["executionArn"])
        assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"n": 2})
        (event,) = record.events
        assert (event["source"], event["detail-type"], event["detail"]) == ("serin", "Due", {"n": 1})
        assert event["time"] == "2013-04-01T05:00:00Z"


def test_without_an_input_the_function_gets_the_schedulers_event(tmp_path: Path, record: Record) -> None:
    with running(tmp_path, ticking(record, schedule("cron(0 5 * * ? *)", target()))) as cloud:
        cloud.advance(timedelta(hours=1))
        (event,) = record.events
        assert (event["source"], event["detail-type"], event["time"]) == (
            "aws.scheduler",
            "Scheduled Event",
            "2013-04-01T05:00:00Z",
        )
        assert event["resources"] == ["arn:aws:scheduler:us-east-1:123456789012:schedule/default/s"]


def buried(cloud: LocalCloud) -> list[str]:
    sqs = aws(cloud, "sqs")
    url = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    return [one["Body"] for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]


def test_a_role_that_may_not_invoke_the_target_buries_the_input(tmp_path: Path, record: Record) -> None:
    dead = {"DeadLetterConfig": {"Arn": att("Dead")}, "Input": '{"n": 1}'}
    resources = ticking(record, schedule("cron(0 5 * * ? *)", target(**dead) | {"RoleArn": att("Weak")}))
    resources["Weak"] = role(allow("sqs:SendMessage"))
    resources["Dead"] = resource("SQS::Queue", QueueName="dead")
    with running(tmp_path, resources) as cloud:
        cloud.advance(timedelta(hours=1))
        assert record.events == []
        assert buried(cloud) == ['{"n": 1}']


def test_a_target_that_is_gone_is_tried_again_and_then_buried(tmp_path: Path, record: Record) -> None:
    policy = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600}
    dead = {"DeadLetterConfig": {"Arn": att("Dead")}, "RetryPolicy": policy, "Input": '{"n": 1}'}
    resources = ticking(record, schedule("at(2013-04-01T05:00:00)", target(**dead)))
    resources["Dead"] = resource("SQS::Queue", QueueName="dead")
    with running(tmp_path, resources) as cloud:
        aws(cloud, "lambda").delete_function(FunctionName="tick")
        cloud.advance(START.replace(hour=5) + timedelta(minutes=2))
        assert buried(cloud) == []
        cloud.advance(timedelta(minutes=2))
        assert buried(cloud) == ['{"n": 1}']


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ScheduleExpression": "every day"}, "every day"),
        ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}}, "flexible time window"),
    ],
)
def test_a_schedule_that_cannot_be_run_is_refused(
    tmp_path: Path, record: Record, wrong: dict[str, Any], said: str
) -> None:
    made = schedule("rate(1 hour)", **wrong)
    with pytest.raises(SerinError, match=said), running(tmp_path, ticking(record, made)):
        pass
    arn = "arn:aws:lambda:us-east-1:123456789012:function:tick"
    given = {**made["Properties"], "Target": {"Arn": arn, "RoleArn": arn.replace("lambda", "iam")}}
    with running(tmp_path, {"Function": function("tick", record=record)}) as cloud:
        with pytest.raises(ClientError) as refused:
            aws(cloud, "scheduler").create_schedule(**given)
        assert refused.value.response["Error"]["Code"] == "ValidationException"
