"""Small CloudFormation templates written by hand, as the CDK would synthesise them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3

from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import Assembly, Stack

REGION = "us-east-1"
Resources = dict[str, dict[str, Any]]

RECORDER = """
import json, os

def handler(event, context):
    line = {"event": event, "version": context.function_version, "arn": context.invoked_function_arn}
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps(line) + "\\n")
    return event
"""
"""Writes each event to the file RECORD names and gives it back."""


class Record:
    """What the functions of a test wrote down."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def lines(self) -> list[dict[str, Any]]:
        """One entry an invocation, in order."""
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []

    @property
    def events(self) -> list[Any]:
        """The events alone."""
        return [line["event"] for line in self.lines]


def aws(cloud: LocalCloud, service: str) -> Any:
    """A client of the cloud; untyped, so that tests may build requests from parts."""
    return boto3.client(service, **cloud.client)  # type: ignore[call-overload]


def settle_function(cloud: LocalCloud) -> None:
    """Let the moment pass that Lambda takes for a change of a function, or for a new version."""
    cloud.advance(timedelta(seconds=1))


def assembly(*stacks: tuple[str, Resources]) -> Assembly:
    """Stacks in deploy order."""
    return Assembly(REGION, tuple(Stack(name, {"Resources": resources}) for name, resources in stacks))


def resource(kind: str, *after: str, **properties: Any) -> dict[str, Any]:
    """One resource; `after` names what it depends on."""
    return {"Type": f"AWS::{kind}", "Properties": properties, **({"DependsOn": list(after)} if after else {})}


def att(logical_id: str, attribute: str = "Arn") -> dict[str, Any]:
    """`Fn::GetAtt`"""
    return {"Fn::GetAtt": [logical_id, attribute]}


def ref(logical_id: str) -> dict[str, str]:
    """`Ref`"""
    return {"Ref": logical_id}


SERVICES = ("lambda", "states", "events")


def role(*statements: dict[str, Any], trusts: Sequence[str] = SERVICES) -> dict[str, Any]:
    """A role these services may take, which may what `statements` allow; without any, what tests are not about."""
    named = [f"{service}.amazonaws.com" for service in trusts]
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": named}}
    platform = ("logs:*", "xray:*", "sqs:*", "sns:*", "events:PutEvents", "lambda:*", "states:*")
    allowed = statements or (allow(*platform),)
    return resource(
        "IAM::Role",
        AssumeRolePolicyDocument=document(trust),
        Policies=[{"PolicyName": "own", "PolicyDocument": document(*allowed)}],
    )


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(*actions: str, on: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement; `more` are its further elements."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def may_call(service: str, function_arn: Any, source_arn: Any = None) -> dict[str, Any]:
    """A service of AWS (`events`) may call a function, for one of its resources where that is named."""
    source = {} if source_arn is None else {"SourceArn": source_arn}
    given = {"Action": "lambda:InvokeFunction", "FunctionName": function_arn, "Principal": f"{service}.amazonaws.com"}
    return resource("Lambda::Permission", **given, **source)


def may_send(queue: str, service: str, **more: Any) -> dict[str, Any]:
    """A service of AWS may send to a queue; `more` are further elements of the statement."""
    statement = allow("sqs:SendMessage", on=att(queue), Principal={"Service": f"{service}.amazonaws.com"}, **more)
    return resource("SQS::QueuePolicy", Queues=[ref(queue)], PolicyDocument=document(statement))


def opened(resources: Resources) -> Resources:
    """With every permission that services need to call these functions and to fill these queues."""
    made = dict(resources)
    for logical_id, one in resources.items():
        if one["Type"] in {"AWS::Lambda::Function", "AWS::Lambda::Alias"}:
            arn = ref(logical_id) if one["Type"].endswith("Alias") else att(logical_id)
            for service in ("events", "logs", "apigateway"):
                made[f"{logical_id}Takes{service.title()}"] = may_call(service, arn)
        elif one["Type"] == "AWS::SQS::Queue":
            made[f"{logical_id}TakesEvents"] = may_send(logical_id, "events")
    return made


def function(name: str, source: str = RECORDER, record: Record | None = None, **more: Any) -> dict[str, Any]:
    """A function with its code in the template; the role is the resource `Role`."""
    variables = {} if record is None else {"RECORD": str(record.path)}
    settings = {"Timeout": 10, "MemorySize": 256, "Environment": {"Variables": variables}, **more}
    return resource(
        "Lambda::Function",
        FunctionName=name,
        Handler="index.handler",
        Runtime="python3.11",
        Role=att("Role"),
        Code={"ZipFile": source},
        **settings,
    )
