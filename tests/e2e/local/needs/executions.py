"""Step Functions: executions run, with their role, on the clock, and everybody knows when they are at rest."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branches_decl import BranchWorkerPool
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication

from benches.rules.cases import function
from infra.local.cloud import LocalCloud
from infra.local.wiring import ACCOUNT, wiring
from tests.e2e.local.needs.model import Attempt, needed
from tests.e2e.local.needs.world import (
    arn_of,
    at_rest,
    aws,
    begun,
    bodies,
    bucket,
    described,
    ended,
    is_now,
    machine,
    name_of,
    queue,
    role,
    table,
    topic_to,
    unique,
    walk,
)

_PARSER = "moto.stepfunctions.parser"
_STATES = f"{_PARSER}.asl.component.state"
_TASKS = f"{_STATES}.exec.state_task"
_SLOW_S = 0.8
"""Real time some work takes while the clock stands."""

PASS: dict[str, Any] = {"Pass": {"Type": "Pass", "End": True}}
WAIT: dict[str, Any] = {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}


def _task(resource: str, **parameters: Any) -> dict[str, Any]:
    return {"Task": {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, "End": True}}


def _succeeded(cloud: LocalCloud, states: dict[str, Any], given: object = None) -> Any:
    """What an execution answers that succeeds at once."""
    with machine(cloud, states) as arn:
        found = ended(cloud, begun(cloud, arn, given))
        assert found["status"] == "SUCCEEDED", found
        return json.loads(found["output"])


@needed("moto.stepfunctions.responses.default_user_config", alone=True)
def a_machine_executes(cloud: LocalCloud) -> None:
    assert _succeeded(cloud, PASS, {"a": 1}) == {"a": 1}


@needed(f"{_PARSER}.models.StepFunctionsParserBackend.start_execution")
def executions_without_a_name_are_two(cloud: LocalCloud) -> None:
    with machine(cloud, PASS) as arn:
        states = aws(cloud, "stepfunctions")
        started = [states.start_execution(stateMachineArn=arn)["executionArn"] for _ in range(2)]
        assert len({ended(cloud, one)["executionArn"] for one in started}) == 2


@needed(f"{_TASKS}.lambda_eval_utils.boto_client_for")
def a_task_calls_a_function(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        answer = _succeeded(cloud, _task("lambda:invoke", FunctionName=case.name, Payload={"n": 1}))
    assert answer["Payload"] == {"n": 1}


@needed(f"{_TASKS}.service.state_task_service_sqs.boto_client_for")
def a_task_sends_a_message(cloud: LocalCloud) -> None:
    with queue(cloud) as url:
        _succeeded(cloud, _task("sqs:sendMessage", QueueUrl=url, MessageBody="m"))
        assert bodies(cloud, url) == ["m"]


@needed(f"{_TASKS}.service.state_task_service_sns.boto_client_for")
def a_task_publishes(cloud: LocalCloud) -> None:
    with queue(cloud) as url, topic_to(cloud, "sqs", arn_of(cloud, "sqs", name_of(url))) as topic:
        _succeeded(cloud, _task("sns:publish", TopicArn=topic, Message="m"))
        assert len(bodies(cloud, url)) == 1


@needed(f"{_TASKS}.service.state_task_service_events.boto_client_for")
def a_task_puts_events(cloud: LocalCloud) -> None:
    entry = {"Source": "s", "DetailType": "d", "Detail": {}}
    assert _succeeded(cloud, _task("events:putEvents", Entries=[entry]))["FailedEntryCount"] == 0


@needed(f"{_TASKS}.service.state_task_service_dynamodb.boto_client_for")
def a_task_puts_an_item(cloud: LocalCloud) -> None:
    with table(cloud) as name:
        _succeeded(cloud, _task("dynamodb:putItem", TableName=name, Item={"pk": {"S": "a"}}))
        assert aws(cloud, "dynamodb").scan(TableName=name)["Count"] == 1


@needed(f"{_TASKS}.service.state_task_service_aws_sdk.boto_client_for")
def a_task_calls_any_service(cloud: LocalCloud) -> None:
    with queue(cloud) as url:
        assert url in _succeeded(cloud, _task("aws-sdk:sqs:listQueues"))["QueueUrls"]


def _distributed(bucket_name: str) -> dict[str, Any]:
    """A map over the numbers in an object, that writes its results beside it."""
    place = {"Bucket": bucket_name, "Key": "items.json"}
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Pass",
        "States": PASS,
    }
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Parameters": place}
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": bucket_name, "Prefix": "results"},
    }
    return {
        "Map": {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "ResultWriter": writer, "End": True}
    }


@needed(
    f"{_STATES}.exec.state_map.item_reader.eval.resource_eval_s3.boto_client_for",
    f"{_STATES}.exec.state_map.result_writer.resource_eval.resource_eval_s3.boto_client_for",
    f"{_STATES}.exec.state_map.iteration.itemprocessor.map_run_record.datetime",
)
def a_map_reads_and_writes_objects(cloud: LocalCloud) -> None:
    s3, states = aws(cloud, "s3"), aws(cloud, "stepfunctions")
    with bucket(cloud) as name:
        s3.put_object(Bucket=name, Key="items.json", Body=b"[1, 2]")
        with machine(cloud, _distributed(name)) as arn:
            execution = begun(cloud, arn)
            assert ended(cloud, execution)["status"] == "SUCCEEDED"
            (run,) = states.list_map_runs(executionArn=execution)["mapRuns"]
        assert s3.list_objects_v2(Bucket=name, Prefix="results")["KeyCount"] > 0
        is_now(cloud, run["startDate"])


@needed(f"{_PARSER}.models.StepFunctionsParserBackend.create_state_machine")
def a_machine_has_a_role_that_trusts_it(cloud: LocalCloud) -> None:
    states = aws(cloud, "stepfunctions")
    definition = json.dumps({"StartAt": "Pass", "States": PASS})
    with role(cloud, "*", trusts=("lambda",)) as other, pytest.raises(ClientError, match="authorized to assume"):
        states.create_state_machine(name=unique(), definition=definition, roleArn=other)


@needed(f"{_PARSER}.backend.execution.Execution.start")
def a_traced_execution_traces_with_its_role(cloud: LocalCloud) -> None:
    with machine(cloud, PASS, tracingConfiguration={"enabled": True}) as arn:
        execution = begun(cloud, arn)
        ended(cloud, execution)
        role_arn = aws(cloud, "stepfunctions").describe_state_machine(stateMachineArn=arn)["roleArn"]
    asked = {decision.action for decision in wiring().guard.decisions if decision.who == role_arn}
    assert "xray:PutTraceSegments" in asked


@needed(
    f"{_STATES}.state.datetime",
    f"{_PARSER}.asl.eval.event.event_manager.datetime",
    f"{_PARSER}.backend.execution.datetime",
    f"{_PARSER}.models.datetime",
)
def an_execution_is_stamped_by_the_clock(cloud: LocalCloud) -> None:
    entered = {"Type": "Pass", "Parameters": {"at.$": "$$.State.EnteredTime"}, "End": True}
    with machine(cloud, {"Pass": entered}) as arn:
        execution = begun(cloud, arn)
        found = ended(cloud, execution)
        history = aws(cloud, "stepfunctions").get_execution_history(executionArn=execution)["events"]
    assert json.loads(found["output"])["at"].startswith(cloud.clock.now().date().isoformat())
    for moment in (found["startDate"], found["stopDate"], *(event["timestamp"] for event in history)):
        is_now(cloud, moment)


def _rests_for_an_hour(cloud: LocalCloud, states: dict[str, Any]) -> None:
    """An execution waits at rest for its hour, and no longer."""
    with machine(cloud, states) as arn:
        execution = begun(cloud, arn)
        at_rest(cloud)
        walk(cloud, minutes=59)
        assert described(cloud, execution)["status"] == "RUNNING"
        walk(cloud, minutes=2)
        found = described(cloud, execution)
        assert found["status"] == "SUCCEEDED"
        assert found["stopDate"] - found["startDate"] < timedelta(minutes=60, seconds=50)


@needed(
    f"{_PARSER}.asl.component.program.program.threading",
    f"{_PARSER}.asl.eval.environment.threading",
    f"{_STATES}.wait.wait_function.wait_function.WaitFunction._wait_interval",
    alone=True,
)
def an_execution_that_waits_is_at_rest(cloud: LocalCloud) -> None:
    _rests_for_an_hour(cloud, WAIT)


@needed(f"{_STATES}.exec.state_parallel.branches_decl.threading", alone=True)
def who_awaits_branches_is_at_rest(cloud: LocalCloud) -> None:
    _rests_for_an_hour(cloud, _twice(WAIT["Wait"]))


@needed(f"{_STATES}.exec.state_map.iteration.job.threading", alone=True)
def who_awaits_items_is_at_rest(cloud: LocalCloud) -> None:
    _rests_for_an_hour(cloud, _mapped(WAIT))


def _program(states: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def _twice(state: dict[str, Any]) -> dict[str, Any]:
    """Two branches of one state each, whose names have to differ."""
    branches = [_program({name: state}) for name in ("First", "Second")]
    return {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}


def _mapped(states: dict[str, Any]) -> dict[str, Any]:
    """A map over three items."""
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, **_program(states)}
    return {
        "Three": {"Type": "Pass", "Result": [1, 2, 3], "Next": "Map"},
        "Map": {"Type": "Map", "ItemsPath": "$", "ItemProcessor": processor, "End": True},
    }


@needed(
    f"{_PARSER}.asl.eval.callback.callback.Event",
    f"{_STATES}.exec.execute_state.threading",
    alone=True,
)
def a_task_without_an_answer_times_out_by_the_clock(cloud: LocalCloud) -> None:
    with queue(cloud) as url:
        asks = _task("sqs:sendMessage.waitForTaskToken", QueueUrl=url, MessageBody={"token.$": "$$.Task.Token"})
        asks["Task"]["TimeoutSeconds"] = 3600
        with machine(cloud, asks) as arn:
            execution = begun(cloud, arn)
            at_rest(cloud)
            walk(cloud, minutes=61)
            found = described(cloud, execution)
            assert found["status"] == "FAILED"
            assert found["stopDate"] - found["startDate"] < timedelta(minutes=60, seconds=50)


def _at_work(of: Callable[[dict[str, Any]], dict[str, Any]]) -> Attempt:
    """Work that takes its time in reality is waited for, whichever thread does it."""

    def attempt(cloud: LocalCloud) -> None:
        with table(cloud) as name:
            found = dynamodb_backends[ACCOUNT][cloud.region].tables[name]
            found.put_item = _slow(found.put_item)  # type: ignore[method-assign]
            puts = _task("dynamodb:putItem", TableName=name, Item={"pk": {"S": "a"}})
            with machine(cloud, of(puts)) as arn:
                execution = begun(cloud, arn)
                walk(cloud, minutes=2)
                assert described(cloud, execution)["status"] == "SUCCEEDED"

    return attempt


def _slow(original: Callable[..., Any]) -> Callable[..., Any]:
    def slowly(*args: Any, **kwargs: Any) -> Any:
        time.sleep(_SLOW_S)
        return original(*args, **kwargs)

    return slowly


@needed(f"{_STATES}.exec.execute_state.Thread", alone=True)
def the_clock_waits_for_the_work_of_a_task(cloud: LocalCloud) -> None:
    _at_work(lambda puts: {"Task": {**puts["Task"], "TimeoutSeconds": 60}})(cloud)


@needed(f"{_STATES}.exec.state_parallel.branch_worker.threading", alone=True)
def the_clock_waits_until_a_branch_has_said_that_it_is_done(cloud: LocalCloud) -> None:
    _waited_for(cloud, _twice(PASS["Pass"]), BranchWorkerPool, "on_terminated")


@needed(f"{_STATES}.exec.state_map.iteration.inline_iteration_component.threading", alone=True)
def the_clock_waits_for_the_work_on_an_item(cloud: LocalCloud) -> None:
    _at_work(_mapped)(cloud)


@needed(f"{_PARSER}.backend.execution_worker.Thread", alone=True)
def the_clock_waits_until_the_end_is_written_down(cloud: LocalCloud) -> None:
    _waited_for(cloud, PASS, BaseExecutionWorkerCommunication, "terminated")


def _waited_for(cloud: LocalCloud, states: dict[str, Any], owner: Any, step: str) -> None:
    """Nothing is at rest before this step of an execution is done, which takes its time."""
    done: list[bool] = []
    slow = _slow(vars(owner)[step])

    def noted(*args: Any, **kwargs: Any) -> None:
        slow(*args, **kwargs)
        done.append(True)

    with machine(cloud, states) as arn, mock.patch.object(owner, step, noted):
        begun(cloud, arn)
        at_rest(cloud)
        assert done


@needed(f"{_STATES}.wait.wait_function.timestamp.Timestamp._get_wait_seconds", alone=True)
def a_wait_ends_at_the_moment_it_names(cloud: LocalCloud) -> None:
    until = cloud.clock.now() + timedelta(days=2)
    text = until.strftime("%Y-%m-%dT%H:%M:%SZ")
    with machine(cloud, {"Wait": {"Type": "Wait", "Timestamp": text, "End": True}}) as arn:
        execution = begun(cloud, arn)
        at_rest(cloud)
        walk(cloud, days=1)
        assert described(cloud, execution)["status"] == "RUNNING"
        walk(cloud, days=1, minutes=1)
        found = described(cloud, execution)
        assert found["status"] == "SUCCEEDED"
        assert abs(found["stopDate"] - until) < timedelta(seconds=30)


@needed(f"{_PARSER}.asl.component.common.retry.retrier_decl.RetrierDecl._eval_body", alone=True)
def a_stopped_execution_does_not_wait_for_its_retry(cloud: LocalCloud) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3600, "MaxAttempts": 1}]
    fails = _task("dynamodb:putItem", TableName="nowhere", Item={"pk": {"S": "a"}})
    with machine(cloud, {"Task": {**fails["Task"], "Retry": retry}}) as arn:
        execution = begun(cloud, arn)
        at_rest(cloud)
        aws(cloud, "stepfunctions").stop_execution(executionArn=execution)
        at_rest(cloud)
        assert described(cloud, execution)["status"] == "ABORTED"


@needed("moto.stepfunctions.responses.StepFunctionResponse.describe_execution")
def an_execution_that_timed_out_says_when(cloud: LocalCloud) -> None:
    with machine(cloud, WAIT, Definition={"TimeoutSeconds": 60}) as arn:
        execution = begun(cloud, arn)
        at_rest(cloud)
        walk(cloud, minutes=2)
        found = described(cloud, execution)
        assert found["status"] == "TIMED_OUT"
        assert "stopDate" in found
