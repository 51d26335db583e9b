"""State machines of a template execute, and call the functions of the same template."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from serin.domain.errors import SerinError
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.templates import Record, att, aws, function, ref, resource
from tests.waiting import wait_until

TRIAL = """
def handler(event, context):
    if event.get("number") == "bad":
        raise KeyError("no such trial")
    return {"scored": event["number"] * 10}
"""


def task(name: str, **more: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name, "Payload.$": "$"},
        "OutputPath": "$.Payload",
        **more,
    }


def search() -> dict[str, Any]:
    """Choice → Map of trials → done, every failure caught."""
    trials = {
        "Type": "Map",
        "ItemsPath": "$.trials",
        "ItemSelector": {"number.$": "$$.Map.Item.Value"},
        "MaxConcurrency": 2,
        "ItemProcessor": {"StartAt": "Trial", "States": {"Trial": task("${Trial}", End=True)}},
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"}],
        "End": True,
    }
    return {
        "StartAt": "Enough",
        "States": {
            "Enough": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.trials[0]", "IsPresent": True, "Next": "Trials"}],
                "Default": "Skipped",
            },
            "Trials": trials,
            "Skipped": {"Type": "Succeed"},
            "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error", "Cause": "a trial failed"},
        },
    }


def machine(definition: dict[str, Any], **more: Any) -> dict[str, dict[str, Any]]:
    return {
        "Function": function("trial", TRIAL),
        "Machine": resource(
            "StepFunctions::StateMachine",
            StateMachineName="search",
            RoleArn=att("Role"),
            DefinitionString=json.dumps(definition),
            DefinitionSubstitutions={"Trial": att("Function")},
            **more,
        ),
    }


def executed(cloud: LocalCloud, given: dict[str, Any]) -> dict[str, Any]:
    states = aws(cloud, "stepfunctions")
    arn = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=arn, input=json.dumps(given))["executionArn"]
    assert wait_until(lambda: states.describe_execution(executionArn=execution)["status"] != "RUNNING")
    return dict(states.describe_execution(executionArn=execution))


def test_a_map_of_function_tasks_runs(deployed: Deploy) -> None:
    found = executed(deployed(machine(search())), {"trials": [1, 2, 3]})
    assert found["status"] == "SUCCEEDED"
    assert json.loads(found["output"]) == [{"scored": 10}, {"scored": 20}, {"scored": 30}]


def test_a_choice_takes_its_default(deployed: Deploy) -> None:
    found = executed(deployed(machine(search())), {"trials": []})
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"trials": []})


def test_an_error_of_a_function_is_caught_by_its_name(deployed: Deploy) -> None:
    found = executed(deployed(machine(search())), {"trials": [1, "bad"]})
    assert (found["status"], found["error"]) == ("FAILED", "KeyError")


def test_a_task_is_retried_as_its_definition_says(deployed: Deploy, record: Record) -> None:
    flaky = """
import os

def handler(event, context):
    with open(os.environ["RECORD"], "a") as record:
        record.write("1\\n")
    if len(open(os.environ["RECORD"]).readlines()) < 3:
        raise ConnectionError("again")
    return {"done": True}
"""
    retry = [{"ErrorEquals": ["ConnectionError"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 1.0}]
    definition = {"StartAt": "Only", "States": {"Only": task("${Trial}", Retry=retry, End=True)}}
    resources = machine(definition)
    resources["Function"] = function("trial", flaky, record)
    found = executed(deployed(resources), {})
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"done": True})
    assert len(record.path.read_text().splitlines()) == 3


def test_two_executions_without_a_name_are_two(deployed: Deploy) -> None:
    cloud = deployed(machine(search()))
    assert executed(cloud, {"trials": [1]})["executionArn"] != executed(cloud, {"trials": [1]})["executionArn"]


def test_a_named_execution_is_not_started_again(deployed: Deploy) -> None:
    cloud = deployed(machine(search()))
    states = aws(cloud, "stepfunctions")
    arn = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    states.start_execution(stateMachineArn=arn, name="run-1", input="{}")
    cloud.settle()
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=arn, name="run-1", input='{"other": 1}')


def test_a_rule_starts_a_machine_with_the_input_it_shapes(deployed: Deploy) -> None:
    resources = machine({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}})
    target = {
        "Id": "machine",
        "Arn": ref("Machine"),
        "RoleArn": att("Role"),
        "InputTransformer": {"InputPathsMap": {"id": "$.id"}, "InputTemplate": '{"model":"m","run":<id>}'},
    }
    rule = resource("Events::Rule", EventPattern={"source": ["serin"]}, State="ENABLED", Targets=[target])
    cloud = deployed({**resources, "Rule": rule})
    events, states = aws(cloud, "events"), aws(cloud, "stepfunctions")
    entry = {"Source": "serin", "DetailType": "Features Built", "Detail": "{}"}
    event_id = events.put_events(Entries=[entry])["Entries"][0]["EventId"]
    cloud.settle()
    arn = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    (execution,) = states.list_executions(stateMachineArn=arn)["executions"]
    found = states.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(found["output"]) == {"model": "m", "run": event_id}


def test_a_machine_puts_events_on_a_bus(deployed: Deploy, record: Record) -> None:
    entry = {"Source": "serin", "DetailType": "Model Registered", "Detail": {"model.$": "$.model"}}
    publish = {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents",
        "Parameters": {"Entries": [entry]},
        "End": True,
    }
    resources = machine({"StartAt": "Publish", "States": {"Publish": publish}})
    rule = resource(
        "Events::Rule",
        EventPattern={"source": ["serin"]},
        State="ENABLED",
        Targets=[{"Id": "function", "Arn": att("Listener")}],
    )
    cloud = deployed({**resources, "Listener": function("listener", record=record), "Rule": rule})
    assert executed(cloud, {"model": "m"})["status"] == "SUCCEEDED"
    cloud.settle()
    assert [event["detail"] for event in record.events] == [{"model": "m"}]


@pytest.mark.parametrize(
    ("state", "named"),
    [
        (
            {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True},
            "startExecution.sync",
        ),
        ({"Type": "Task", "Resource": "arn:aws:states:::athena:startQueryExecution", "End": True}, "athena"),
        ({"Type": "Pass", "QueryLanguage": "JSONata", "End": True}, "JSONata"),
    ],
)
def test_what_no_interpreter_executes_stops_the_deploy_by_name(
    deployed: Deploy, state: dict[str, Any], named: str
) -> None:
    with pytest.raises(SerinError, match=named) as refused:
        deployed(machine({"StartAt": "Only", "States": {"Only": state}}))
    assert "Machine (AWS::StepFunctions::StateMachine)" in refused.value.message
