"""AWS's own services act for nobody who has not let them: events, logs, the gateway, Lambda and Step Functions."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from infra.local.cloud import LocalCloud
from infra.local.wiring import wiring
from serin.domain.errors import SerinError
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.templates import (
    Record,
    Resources,
    allow,
    att,
    aws,
    function,
    may_call,
    may_send,
    ref,
    resource,
    role,
)

HERE = "us-east-1:123456789012"
LOGS = allow("logs:*")
SPEAKS = 'def handler(event, context):\n    print("{\\"prediction_id\\": 1}")\n'


def on_event(*targets: dict[str, Any]) -> dict[str, Any]:
    return resource("Events::Rule", EventPattern={"source": ["serin"]}, State="ENABLED", Targets=list(targets))


def put(cloud: LocalCloud) -> None:
    aws(cloud, "events").put_events(Entries=[{"Source": "serin", "DetailType": "d", "Detail": "{}"}])
    cloud.settle()


def waiting(cloud: LocalCloud, queue: str) -> int:
    sqs = aws(cloud, "sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(asked["Attributes"]["ApproximateNumberOfMessages"])


def denied() -> list[str]:
    return [f"{one.who} {one.action}" for one in wiring().guard.decisions if not one.allowed]


@pytest.mark.parametrize(
    ("permission", "calls"),
    [
        (None, 0),
        (may_call("events", att("F")), 1),
        (may_call("events", att("F"), att("Rule")), 1),
        (may_call("events", att("F"), f"arn:aws:events:{HERE}:rule/other"), 0),
        (may_call("logs", att("F")), 0),
    ],
)
def test_a_rule_calls_a_function_that_lets_it(
    deployed_as_written: Deploy, record: Record, permission: dict[str, Any] | None, calls: int
) -> None:
    rule = on_event({"Id": "f", "Arn": att("F"), "DeadLetterConfig": {"Arn": att("Dead")}})
    resources: Resources = {
        "Role": role(LOGS, trusts=("lambda",)),
        "F": function("f", record=record),
        "Rule": rule,
        "Dead": resource("SQS::Queue", QueueName="dead"),
        "DeadPolicy": may_send("Dead", "events", Condition={"ArnEquals": {"aws:SourceArn": att("Rule")}}),
        **({} if permission is None else {"Permission": permission}),
    }
    cloud = deployed_as_written(resources)
    put(cloud)
    assert (len(record.events), waiting(cloud, "dead")) == (calls, 1 - calls)


def test_a_rule_fills_a_queue_whose_policy_names_it(deployed_as_written: Deploy) -> None:
    names = {"Condition": {"ArnEquals": {"aws:SourceArn": att("Rule")}}}
    resources = {
        "Open": resource("SQS::Queue", QueueName="open"),
        "OpenPolicy": may_send("Open", "events", **names),
        "Shut": resource("SQS::Queue", QueueName="shut"),
        "Rule": on_event({"Id": "1", "Arn": att("Open")}, {"Id": "2", "Arn": att("Shut")}),
    }
    cloud = deployed_as_written(resources)
    put(cloud)
    assert (waiting(cloud, "open"), waiting(cloud, "shut")) == (1, 0)
    assert denied() == ["events.amazonaws.com sqs:SendMessage"]


@pytest.mark.parametrize(
    ("rules_role", "executions"),
    [
        (role(allow("states:StartExecution"), trusts=("events",)), 1),
        (role(allow("states:StartExecution"), trusts=("lambda",)), 0),
        (role(allow("states:DescribeExecution"), trusts=("events",)), 0),
    ],
)
def test_a_rule_starts_a_machine_with_a_role_that_may(
    deployed_as_written: Deploy, rules_role: dict[str, Any], executions: int
) -> None:
    resources = {
        "Role": role(LOGS, trusts=("states",)),
        "RulesRole": rules_role,
        "Machine": machine({"Type": "Pass", "End": True}),
        "Rule": on_event({"Id": "m", "Arn": ref("Machine"), "RoleArn": att("RulesRole")}),
    }
    cloud = deployed_as_written(resources)
    put(cloud)
    states = aws(cloud, "stepfunctions")
    arn = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    assert len(states.list_executions(stateMachineArn=arn)["executions"]) == executions


def machine(state: dict[str, Any], **more: Any) -> dict[str, Any]:
    definition = json.dumps({"StartAt": "Only", "States": {"Only": state}})
    settings = {"StateMachineName": "m", "RoleArn": att("Role"), "DefinitionString": definition, **more}
    return resource("StepFunctions::StateMachine", **settings)


@pytest.mark.parametrize("granted", [True, False])
def test_a_machine_calls_functions_with_its_own_role(deployed_as_written: Deploy, granted: bool) -> None:
    arn = f"arn:aws:lambda:{HERE}:function:f"
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": arn},
        "End": True,
    }
    allowed = allow("lambda:InvokeFunction" if granted else "lambda:GetFunction", on=arn)
    resources = {
        "FunctionsRole": role(LOGS, trusts=("lambda",)),
        "Role": role(allowed, trusts=("lambda", "states")),
        "F": function("f", "def handler(event, context):\n    return 1\n"),
        "Machine": machine(task),
    }
    cloud = deployed_as_written(resources)
    states = aws(cloud, "stepfunctions")
    machine_arn = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine_arn)["executionArn"]
    cloud.settle()
    found = states.describe_execution(executionArn=execution)
    assert found["status"] == ("SUCCEEDED" if granted else "FAILED")
    if not granted:
        assert found["error"] == "Lambda.AccessDeniedException"
        assert f"not authorized to perform: lambda:InvokeFunction on resource: {arn}" in found["cause"]


def subscribed(*permissions: dict[str, Any]) -> Resources:
    return {
        "Role": role(LOGS, trusts=("lambda",)),
        "Log": resource("Logs::LogGroup", LogGroupName="/aws/lambda/speaks"),
        "Speaks": function("speaks", SPEAKS, LoggingConfig={"LogGroup": ref("Log")}),
        "Subscription": resource(
            "Logs::SubscriptionFilter",
            LogGroupName=ref("Log"),
            DestinationArn=att("F"),
            FilterPattern="{ $.prediction_id = * }",
        ),
        **{f"Permission{number}": permission for number, permission in enumerate(permissions)},
    }


def test_logs_reach_a_function_that_lets_them(deployed_as_written: Deploy, record: Record) -> None:
    source = f"arn:aws:logs:{HERE}:log-group:/aws/lambda/speaks:*"
    permission = may_call("logs", att("F"), source)
    cloud = deployed_as_written({**subscribed(permission), "F": function("f", record=record)})
    aws(cloud, "lambda").invoke(FunctionName="speaks")
    cloud.settle()
    assert len(record.events) == 1


def test_logs_do_not_reach_a_function_that_lets_another_group(deployed_as_written: Deploy, record: Record) -> None:
    permission = may_call("logs", att("F"), f"arn:aws:logs:{HERE}:log-group:/other:*")
    cloud = deployed_as_written({**subscribed(permission), "F": function("f", record=record)})
    aws(cloud, "lambda").invoke(FunctionName="speaks")
    cloud.settle()
    assert (len(record.events), denied()) == (0, ["logs.amazonaws.com lambda:InvokeFunction"])


def test_a_function_without_the_permission_leaves_no_line(deployed_as_written: Deploy) -> None:
    group = resource("Logs::LogGroup", LogGroupName="/aws/lambda/f")
    may_make_streams = role(allow("logs:CreateLogStream"), trusts=("lambda",))
    cloud = deployed_as_written({"Role": may_make_streams, "Log": group, "F": function("f", SPEAKS)})
    answer = aws(cloud, "lambda").invoke(FunctionName="f", LogType="Tail")
    assert "FunctionError" not in answer
    assert aws(cloud, "logs").filter_log_events(logGroupName="/aws/lambda/f")["events"] == []


@pytest.mark.parametrize(
    ("source", "status"), [("*/GET/ping", 200), ("*/*/ping", 200), ("*/POST/ping", 500), (None, 500)]
)
def test_the_gateway_calls_a_function_that_lets_the_route(
    deployed_as_written: Deploy, source: str | None, status: int
) -> None:
    calls = {"Fn::Join": ["", [f"arn:aws:execute-api:{HERE}:", ref("Api"), f"/{source}"]]}
    resources = {
        "Role": role(LOGS, trusts=("lambda",)),
        "F": function("f", "def handler(event, context):\n    return {}\n"),
        "Api": resource("ApiGatewayV2::Api", Name="a", ProtocolType="HTTP"),
        "Stage": resource("ApiGatewayV2::Stage", ApiId=ref("Api"), StageName="$default", AutoDeploy=True),
        "To": resource(
            "ApiGatewayV2::Integration",
            ApiId=ref("Api"),
            IntegrationType="AWS_PROXY",
            IntegrationUri=att("F"),
            PayloadFormatVersion="2.0",
        ),
        "Route": resource(
            "ApiGatewayV2::Route",
            ApiId=ref("Api"),
            RouteKey="GET /ping",
            Target={"Fn::Join": ["", ["integrations/", ref("To")]]},
        ),
        **({} if source is None else {"Permission": may_call("apigateway", att("F"), calls)}),
    }
    answer = httpx.get(f"{deployed_as_written(resources).api_url}/ping")
    assert answer.status_code == status
    assert status == 200 or answer.json() == {"message": "Internal Server Error"}


def test_lambda_takes_only_a_role_that_trusts_it(deployed_as_written: Deploy) -> None:
    with pytest.raises(SerinError, match=r"The role defined for the function cannot be assumed by Lambda\."):
        deployed_as_written({"Role": role(LOGS, trusts=("states",)), "F": function("f")})


def test_step_functions_takes_only_a_role_that_trusts_it(deployed_as_written: Deploy) -> None:
    resources = {"Role": role(LOGS, trusts=("lambda",)), "Machine": machine({"Type": "Pass", "End": True})}
    with pytest.raises(SerinError, match=r"Neither the global service principal states\.amazonaws\.com"):
        deployed_as_written(resources)


def test_a_machine_with_a_log_needs_a_role_that_may_deliver_it(deployed_as_written: Deploy) -> None:
    destination = {"CloudWatchLogsLogGroup": {"LogGroupArn": f"arn:aws:logs:{HERE}:log-group:/m:*"}}
    logging = {"Level": "ALL", "Destinations": [destination]}
    resources = {
        "Role": role(allow("logs:CreateLogDelivery"), trusts=("states",)),
        "Machine": machine({"Type": "Pass", "End": True}, LoggingConfiguration=logging),
    }
    with pytest.raises(SerinError, match="The state machine IAM Role is not authorized to access the Log Destination"):
        deployed_as_written(resources)


def test_a_traced_function_asks_for_its_traces_and_goes_on_without(deployed_as_written: Deploy) -> None:
    resources = {
        "Role": role(LOGS, trusts=("lambda",)),
        "F": function("f", TracingConfig={"Mode": "Active"}, source="def handler(event, context):\n    return 1\n"),
    }
    cloud = deployed_as_written(resources)
    assert aws(cloud, "lambda").invoke(FunctionName="f")["Payload"].read() == b"1"
    assert sorted(one.rpartition(" ")[2] for one in denied()) == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
