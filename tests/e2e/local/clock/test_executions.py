"""Step Functions on the cloud's clock: waits, time-outs, heartbeats and retries."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.local.clock.april import START, running
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.templates import Record, att, aws, function, resource

FAILS = """
import json, os

def handler(event, context):
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": event}) + "\\n")
    raise ConnectionError("never")
"""


def machine(name: str, states: dict[str, Any], **more: Any) -> dict[str, Any]:
    definition = {"StartAt": next(iter(states)), "States": states, **more}
    text = json.dumps(definition)
    substitutions = {"Function": att("Function")} if "${Function}" in text else {}
    return resource(
        "StepFunctions::StateMachine",
        StateMachineName=name,
        RoleArn=att("Role"),
        DefinitionString=text,
        DefinitionSubstitutions=substitutions,
    )


def begin(cloud: LocalCloud, name: str, given: object = None) -> str:
    states = aws(cloud, "stepfunctions")
    arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"
    execution = states.start_execution(stateMachineArn=arn, input=json.dumps(given or {}))["executionArn"]
    cloud.settle()
    return str(execution)


def described(cloud: LocalCloud, execution: str) -> dict[str, Any]:
    return dict(aws(cloud, "stepfunctions").describe_execution(executionArn=execution))


def status(cloud: LocalCloud, execution: str) -> str:
    return str(described(cloud, execution)["status"])


def history(cloud: LocalCloud, execution: str) -> list[dict[str, Any]]:
    return list(aws(cloud, "stepfunctions").get_execution_history(executionArn=execution)["events"])


def wait(**how: Any) -> dict[str, Any]:
    return {"Wait": {"Type": "Wait", "End": True, **how}}


def token(**more: Any) -> dict[str, Any]:
    """A task that waits for somebody who never answers."""
    parameters = {"QueueUrl": "https://sqs/123456789012/asked", "MessageBody": {"token.$": "$$.Task.Token"}}
    arn = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    return {"Type": "Task", "Resource": arn, "Parameters": parameters, "End": True, **more}


def test_a_wait_of_five_days_passes_with_one_advance(deployed: Deploy) -> None:
    cloud = deployed({"Machine": machine("m", wait(Seconds=5 * 86400))})
    execution = begin(cloud, "m")
    cloud.advance(timedelta(days=5) - timedelta(seconds=30))
    assert status(cloud, execution) == "RUNNING"
    cloud.advance(timedelta(seconds=30))
    found = described(cloud, execution)
    assert found["status"] == "SUCCEEDED"
    taken = found["stopDate"] - found["startDate"]
    assert timedelta(days=5) <= taken < timedelta(days=5, seconds=30)
    moments = [event["timestamp"] for event in history(cloud, execution)]
    assert moments == sorted(moments)
    assert moments[-1] - moments[0] >= timedelta(days=5)


@pytest.mark.parametrize("how", ["Timestamp", "TimestampPath", "SecondsPath"])
def test_a_wait_ends_at_the_moment_it_names(tmp_path: Path, how: str) -> None:
    until = START + timedelta(days=2)
    text = until.strftime("%Y-%m-%dT%H:%M:%SZ")
    value: Any = {"Timestamp": text, "TimestampPath": "$.at", "SecondsPath": "$.for"}[how]
    with running(tmp_path, {"Machine": machine("m", wait(**{how: value}))}) as cloud:
        execution = begin(cloud, "m", {"at": text, "for": 2 * 86400})
        cloud.advance(timedelta(days=2) - timedelta(minutes=1))
        assert status(cloud, execution) == "RUNNING"
        cloud.advance(timedelta(minutes=2))
        found = described(cloud, execution)
        assert found["status"] == "SUCCEEDED"
        assert timedelta(0) <= found["stopDate"] - until < timedelta(seconds=30)


def test_retries_come_at_their_intervals(deployed: Deploy, record: Record) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3600, "MaxAttempts": 2, "BackoffRate": 2.0}]
    task = {"Task": {"Type": "Task", "Resource": "${Function}", "Retry": retry, "End": True}}
    cloud = deployed({"Function": function("f", FAILS, record), "Machine": machine("m", task)})
    execution = begin(cloud, "m")
    assert len(record.lines) == 1
    cloud.advance(timedelta(minutes=59))
    assert len(record.lines) == 1
    cloud.advance(timedelta(minutes=2))
    assert len(record.lines) == 2
    cloud.advance(timedelta(minutes=119))
    assert (len(record.lines), status(cloud, execution)) == (3, "FAILED")


def test_a_stopped_execution_does_not_wait_for_its_retry(deployed: Deploy, record: Record) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3600, "MaxAttempts": 2}]
    task = {"Task": {"Type": "Task", "Resource": "${Function}", "Retry": retry, "End": True}}
    cloud = deployed({"Function": function("f", FAILS, record), "Machine": machine("m", task)})
    execution = begin(cloud, "m")
    aws(cloud, "stepfunctions").stop_execution(executionArn=execution)
    cloud.settle()
    assert status(cloud, execution) == "ABORTED"
    cloud.advance(timedelta(days=1))
    assert len(record.lines) == 1


def test_time_outs_fire_in_the_order_of_their_moments(deployed: Deploy) -> None:
    queue = {"Queue": resource("SQS::Queue", QueueName="asked")}
    hours = {"late": 30, "early": 10, "middle": 20}
    machines = {name.title(): machine(name, {"Ask": token(TimeoutSeconds=span * 3600)}) for name, span in hours.items()}
    whole = {"Whole": machine("whole", wait(Seconds=86400 * 9), TimeoutSeconds=15 * 3600)}
    beats = {"Beats": machine("beats", {"Ask": token(TimeoutSeconds=86400 * 9, HeartbeatSeconds=5 * 3600)})}
    cloud = deployed({**queue, **machines, **whole, **beats})
    executions = {name: begin(cloud, name) for name in (*hours, "whole", "beats")}
    began = cloud.clock.now()
    cloud.advance(timedelta(hours=40))
    ended = {name: described(cloud, execution) for name, execution in executions.items()}
    assert sorted(ended, key=lambda name: ended[name]["stopDate"]) == ["beats", "early", "whole", "middle", "late"]
    after = {name: round((found["stopDate"] - began).total_seconds() / 3600) for name, found in ended.items()}
    assert after == {"beats": 5, "early": 10, "whole": 15, "middle": 20, "late": 30}
    assert (ended["whole"]["status"], ended["early"]["status"]) == ("TIMED_OUT", "FAILED")
    last = history(cloud, executions["early"])[-1]["executionFailedEventDetails"]
    assert last["error"] == "States.Timeout"
    assert history(cloud, executions["beats"])[-1]["executionFailedEventDetails"]["error"] == "States.Timeout"


def test_branches_that_wait_the_same_time_go_on_together(deployed: Deploy) -> None:
    (state,) = wait(Seconds=3600).values()
    branches = [{"StartAt": name, "States": {name: state}} for name in ("One", "Two", "Three")]
    states = {"All": {"Type": "Parallel", "Branches": branches, "End": True}}
    cloud = deployed({"Machine": machine("m", states)})
    execution = begin(cloud, "m")
    cloud.advance(timedelta(hours=1, minutes=1))
    assert status(cloud, execution) == "SUCCEEDED"


def test_a_machine_that_loops_over_a_day_ends_at_its_moment(deployed: Deploy, record: Record) -> None:
    states = {
        "Work": {"Type": "Task", "Resource": "${Function}", "ResultPath": None, "Next": "Pause"},
        "Pause": {"Type": "Wait", "Seconds": 6 * 3600, "Next": "Count"},
        "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Enough"},
        "Enough": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericLessThan": 4, "Next": "Work"}],
            "Default": "Done",
        },
        "Done": {"Type": "Succeed"},
    }
    cloud = deployed({"Function": function("f", record=record), "Machine": machine("m", states)})
    execution = begin(cloud, "m", {"n": 0})
    cloud.advance(timedelta(days=2))
    found = described(cloud, execution)
    assert (found["status"], len(record.lines)) == ("SUCCEEDED", 4)
    taken = (found["stopDate"] - found["startDate"]).total_seconds()
    assert 24 * 3600 <= taken < 24 * 3600 + 30


def test_executions_are_stamped_with_the_clouds_time(deployed: Deploy) -> None:
    cloud = deployed({"Machine": machine("m", wait(Seconds=1))})
    cloud.advance(timedelta(days=400))
    execution = begin(cloud, "m")
    cloud.advance(timedelta(seconds=2))
    year = datetime.now(UTC) + timedelta(days=390)
    assert described(cloud, execution)["startDate"] > year
    assert all(event["timestamp"] > year for event in history(cloud, execution))
