"""Step Functions: what ends an execution, who catches it, and what is told of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from tests.e2e.local.needs.model import needed
from tests.e2e.local.needs.world import at_rest, aws, begun, described, ended, heard, machine, queue

_PARSER = "moto.stepfunctions.parser"
_COMPONENT = f"{_PARSER}.asl.component"
_API = "moto.stepfunctions.responses.StepFunctionResponse"

PASS: dict[str, Any] = {"Pass": {"Type": "Pass", "End": True}}
WAIT: dict[str, Any] = {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}
_LARGE = "x" * 140_000


def _failed(cloud: LocalCloud, states: dict[str, Any], given: object = None) -> str:
    """The error an execution of these states ends with."""
    with machine(cloud, states) as arn:
        found = ended(cloud, begun(cloud, arn, given))
    assert found["status"] == "FAILED", found
    return str(found["error"])


def _caught(inner: dict[str, Any], *errors: str) -> dict[str, Any]:
    """A branch of one state, whose errors are caught, and what follows then."""
    branch = {"StartAt": "Inner", "States": {"Inner": inner}}
    catch = [{"ErrorEquals": list(errors), "Next": "Caught"}]
    both = {"Type": "Parallel", "Branches": [branch], "Catch": catch, "End": True}
    return {"Both": both, "Caught": {"Type": "Fail", "Error": "Caught"}}


_NOWHERE = {"Type": "Pass", "InputPath": "$.nothing", "End": True}
_TOO_LARGE = {"Type": "Pass", "Parameters": {"a.$": "$.text", "b.$": "$.text"}, "End": True}
_UNDECIDED = {
    "Type": "Choice",
    "Choices": [{"Variable": "$.text", "IsPresent": False, "Next": "Done"}],
}


@needed(f"{_COMPONENT}.common.error_name.error_equals_decl.ErrorEqualsDecl._eval_body")
def no_catcher_of_all_errors_sees_what_the_interpreter_could_not_do(cloud: LocalCloud) -> None:
    assert _failed(cloud, _caught(_NOWHERE, "States.ALL")) == "States.Runtime"


@needed(f"{_COMPONENT}.common.parargs.Parargs._eval_body")
def a_task_is_not_asked_with_too_much_data(cloud: LocalCloud) -> None:
    with queue(cloud) as url:
        body = {"a.$": "$.text", "b.$": "$.text"}
        parameters = {"QueueUrl": url, "MessageBody": body}
        task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": parameters, "End": True}
        assert _failed(cloud, {"Task": task}, {"text": _LARGE}) == "States.DataLimitExceeded"


@needed(f"{_COMPONENT}.state.exec.state_parallel.branches_decl.CustomErrorName")
def no_catcher_of_all_errors_sees_too_much_data(cloud: LocalCloud) -> None:
    given = {"text": _LARGE}
    assert _failed(cloud, _caught(_TOO_LARGE, "States.ALL"), given) == "States.DataLimitExceeded"
    assert _failed(cloud, _caught(_TOO_LARGE, "States.DataLimitExceeded"), given) == "Caught"


@needed(f"{_COMPONENT}.state.exec.state_map.iteration.iteration_worker.CustomErrorName")
def the_error_of_an_item_keeps_its_name(cloud: LocalCloud) -> None:
    processor = {"StartAt": "Inner", "States": {"Inner": _UNDECIDED, "Done": {"Type": "Succeed"}}}
    items = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "End": True}
    caught = [{"ErrorEquals": ["States.NoChoiceMatched"], "Next": "Caught"}]
    states = {"Map": {**items, "Catch": caught}, "Caught": {"Type": "Fail", "Error": "Caught"}}
    assert _failed(cloud, states, {"items": [{"text": ""}]}) == "Caught"


@needed(f"{_COMPONENT}.state.choice.state_choice.StateChoice._eval_state")
def a_choice_without_a_match_says_so(cloud: LocalCloud) -> None:
    states = {"Choice": _UNDECIDED, "Done": {"Type": "Succeed"}}
    assert _failed(cloud, states, {"text": ""}) == "States.NoChoiceMatched"


@needed(f"{_PARSER}.models.StepFunctionsParserBackend.update_state_machine")
def a_definition_whose_states_lead_nowhere_is_refused(cloud: LocalCloud) -> None:
    states = aws(cloud, "stepfunctions")
    wrong = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "Next": "Nowhere"}, "End": {"Type": "Succeed"}}}
    text = "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: Nowhere at "
    with machine(cloud, PASS) as arn:
        role_arn = states.describe_state_machine(stateMachineArn=arn)["roleArn"]
        for refused in (
            lambda: states.update_state_machine(stateMachineArn=arn, definition=json.dumps(wrong)),
            lambda: states.create_state_machine(name="wrong", definition=json.dumps(wrong), roleArn=role_arn),
        ):
            with pytest.raises(states.exceptions.InvalidDefinition, match=text):
                refused()


@needed(f"{_API}.start_execution")
def an_execution_has_a_name_and_an_input_aws_takes(cloud: LocalCloud) -> None:
    states = aws(cloud, "stepfunctions")
    with machine(cloud, PASS) as arn:
        with pytest.raises(states.exceptions.InvalidName, match="Invalid Name: 'a/b'"):
            states.start_execution(stateMachineArn=arn, name="a/b")
        with pytest.raises(ClientError, match="less than or equal to 80"):
            states.start_execution(stateMachineArn=arn, name="n" * 81)
        with pytest.raises(ClientError, match="less than or equal to 262144"):
            states.start_execution(stateMachineArn=arn, input=json.dumps(_LARGE + _LARGE))


@needed(f"{_API}.stop_execution")
def a_stopped_execution_says_by_what_and_why(cloud: LocalCloud) -> None:
    states = aws(cloud, "stepfunctions")
    with machine(cloud, WAIT) as arn:
        execution = begun(cloud, arn)
        states.stop_execution(executionArn=execution, error="Stopped", cause="by hand")
        at_rest(cloud)
        found = described(cloud, execution)
        assert (found["status"], found["error"], found["cause"]) == ("ABORTED", "Stopped", "by hand")


@needed(f"{_API}.get_execution_history")
def a_history_is_read_from_its_end_and_by_pages(cloud: LocalCloud) -> None:
    states = aws(cloud, "stepfunctions")
    with machine(cloud, PASS) as arn:
        execution = begun(cloud, arn)
        ended(cloud, execution)
        asked = {"executionArn": execution, "reverseOrder": True, "maxResults": 3}
        last = states.get_execution_history(**asked)
        assert [one["type"] for one in last["events"]] == ["ExecutionSucceeded", "PassStateExited", "PassStateEntered"]
        rest = states.get_execution_history(**asked, nextToken=last["nextToken"])
        assert [one["type"] for one in rest["events"]] == ["ExecutionStarted"]
        assert "nextToken" not in rest


@needed(f"{_PARSER}.backend.execution.BaseExecutionWorkerCommunication.terminated")
def everybody_hears_of_an_executions_end(cloud: LocalCloud) -> None:
    pattern = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}
    states = {"Fail": {"Type": "Fail", "Error": "Wrong", "Cause": "of course"}}
    with queue(cloud) as url, heard(cloud, pattern, url) as events, machine(cloud, states) as arn:
        execution = begun(cloud, arn, {"a": 1})
        ended(cloud, execution)
        at_rest(cloud)
        running, failed = events()
    assert (running["detail"]["status"], failed["detail"]["status"]) == ("RUNNING", "FAILED")
    assert failed["resources"] == [execution]
    detail = failed["detail"]
    assert detail["executionArn"] == execution
    assert detail["stateMachineArn"] == arn
    assert (detail["input"], detail["inputDetails"]) == ('{"a":1}', {"included": True})
    assert (detail["output"], detail["outputDetails"]) == (None, None)
    assert running["detail"]["stopDate"] is None
    assert detail["stopDate"] >= detail["startDate"]
