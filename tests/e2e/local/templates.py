"""Small CloudFormation templates written by hand, as the CDK would synthesise them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3

from infra.local.assembly import Assembly, Stack
from infra.local.cloud import LocalCloud

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


def role() -> dict[str, Any]:
    """A role any service may take."""
    return resource("IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": []})


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
