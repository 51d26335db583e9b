"""Executions that a stop cuts short are told as that after the restart, however slow the machine is to notice."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from infra.local.services.stepfunctions import clock_patches
from infra.local.state import keeping
from tests.e2e.local.kept import kept
from tests.e2e.local.templates import Record, Resources, att, aws, function, may_send, resource
from tests.waiting import PATIENCE_S

WAIT = {"Type": "Wait", "Seconds": 600, "End": True}
SLEEPS = """
import json, os, time

def handler(event, context):
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": event}) + "\\n")
    time.sleep(60)
"""


def machine(state: dict[str, Any], **more: Any) -> Resources:
    """A state machine of one state."""
    definition = {"StartAt": "Only", "States": {"Only": state}, **more}
    made = resource(
        "StepFunctions::StateMachine",
        StateMachineName="machine",
        DefinitionString=json.dumps(definition),
        RoleArn=att("Role"),
    )
    return {"Machine": made}


def start(cloud: Any) -> str:
    states = aws(cloud, "stepfunctions")
    (found,) = states.list_state_machines()["stateMachines"]
    return str(states.start_execution(stateMachineArn=found["stateMachineArn"], name="one")["executionArn"])


def end_of(cloud: Any, execution: str) -> tuple[str, list[str], str]:
    """The status, how often the history says that it ended and as what, and why."""
    states = aws(cloud, "stepfunctions")
    history = states.get_execution_history(executionArn=execution)["events"]
    ends = [event["type"] for event in history if event["type"].startswith("Execution")][1:]
    cause = history[-1].get("executionAbortedEventDetails", {}).get("cause", "")
    return states.describe_execution(executionArn=execution)["status"], ends, cause


def cut_short(folder: Path, resources: Resources) -> tuple[str, list[str], str]:
    """The end of an execution that waits when the cloud stops."""
    with kept(folder, resources) as cloud:
        execution = start(cloud)
        cloud.settle()
    with kept(folder, resources) as cloud:
        states = aws(cloud, "stepfunctions")
        with pytest.raises(states.exceptions.InvalidToken):
            states.send_task_failure(taskToken="of nobody")
        return end_of(cloud, execution)


@pytest.mark.parametrize("limits", [{}, {"TimeoutSeconds": 3600}])
def test_an_execution_that_was_cut_short_says_so(tmp_path: Path, limits: dict[str, int]) -> None:
    status, ends, cause = cut_short(tmp_path, machine(WAIT, **limits))
    assert (status, ends) == ("ABORTED", ["ExecutionAborted"])
    assert "local cloud" in cause


def test_one_that_notices_only_when_the_clock_has_ended_says_so_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait, let_go = clock_patches._wait, threading.Event()

    def slow(env: Any, until_s: float) -> None:
        try:
            wait(env, until_s)
        finally:
            let_go.wait(3)

    monkeypatch.setattr(clock_patches, "_wait", slow)
    status, ends, cause = cut_short(tmp_path, machine(WAIT, TimeoutSeconds=3600))
    assert (status, ends) == ("ABORTED", ["ExecutionAborted"])
    assert "local cloud" in cause


def test_one_that_has_only_just_begun_says_so_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, begun = ExecutionWorker._get_evaluation_environment, threading.Event()

    def slow(worker: ExecutionWorker) -> Any:
        begun.set()
        threading.Event().wait(0.3)
        return make(worker)

    resources = machine(WAIT)
    with kept(tmp_path, resources) as cloud:
        monkeypatch.setattr(ExecutionWorker, "_get_evaluation_environment", slow)
        execution = start(cloud)
        assert begun.wait(PATIENCE_S)
    with kept(tmp_path, resources) as cloud:
        assert end_of(cloud, execution)[:2] == ("ABORTED", ["ExecutionAborted"])


def test_one_in_the_middle_of_a_task_has_not_failed_or_timed_out(
    tmp_path: Path, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_REST_S", 0.1)
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True, "TimeoutSeconds": 3600}
    task["Parameters"] = {"FunctionName": "sleeps", "Payload": {}}
    task["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]
    resources = {"Function": function("sleeps", SLEEPS, record, Timeout=120), **machine(task)}
    with kept(tmp_path, resources) as cloud:
        execution = start(cloud)
        while not record.lines:
            threading.Event().wait(0.05)
    with kept(tmp_path, resources) as cloud:
        status, ends, _ = end_of(cloud, execution)
        assert (status, ends[-1:]) == ("ABORTED", ["ExecutionAborted"])


def test_who_listens_hears_of_it_after_the_restart_and_once(tmp_path: Path) -> None:
    pattern = {"source": ["aws.states"], "detail": {"status": ["ABORTED"]}}
    rule = resource("Events::Rule", EventPattern=pattern, Targets=[{"Id": "queue", "Arn": att("Heard")}])
    resources = {**machine(WAIT), "Heard": resource("SQS::Queue", QueueName="heard"), "Rule": rule}
    resources["Lets"] = may_send("Heard", "events")
    assert cut_short(tmp_path, resources)[0] == "ABORTED"
    with kept(tmp_path, resources) as cloud:
        sqs = aws(cloud, "sqs")
        url = sqs.get_queue_url(QueueName="heard")["QueueUrl"]
        (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert json.loads(message["Body"])["detail"]["name"] == "one"
