"""What the rules of Lambda are tried on: functions made for one try and deleted after it."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import boto3
from botocore.config import Config

from infra.local.cloud import LocalCloud
from infra.local.services.awslambda.api import settling

DOCS = "https://docs.aws.amazon.com/lambda/latest"
API = f"{DOCS}/api"
GUIDE = f"{DOCS}/dg"

ECHO = """
def handler(event, context):
    return event
"""
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
    ],
}


@dataclass
class Case:
    """One function, and clients that send what they are given, once."""

    cloud: LocalCloud
    name: str
    functions: Any
    role: str
    ends: ExitStack = field(repr=False)

    @property
    def arn(self) -> str:
        """The function's, unqualified."""
        return f"arn:aws:lambda:{self.cloud.region}:123456789012:function:{self.name}"

    def version(self, **changes: Any) -> str:
        """Publish the next version, of a description of its own so that there is something to publish."""
        wanted = {"Description": uuid.uuid4().hex, **changes}
        self.functions.update_function_configuration(FunctionName=self.name, **wanted)
        self.settle()
        return str(self.published()["Version"])

    def published(self, **wanted: Any) -> dict[str, Any]:
        """PublishVersion, and wait for it."""
        made: dict[str, Any] = self.functions.publish_version(FunctionName=self.name, **wanted)
        self.settle()
        return made

    def settle(self) -> None:
        """Let the moment pass that Lambda takes for a change."""
        self.cloud.advance(timedelta(seconds=settling.CHANGE_S))

    def alias(self, version: str, name: str = "live", **more: Any) -> dict[str, Any]:
        """An alias on a version."""
        made: dict[str, Any] = self.functions.create_alias(
            FunctionName=self.name, Name=name, FunctionVersion=version, **more
        )
        return made

    def layer(self, name: str, content: str = "") -> str:
        """The next version of a layer."""
        answer = self.functions.publish_layer_version(
            LayerName=name, Content={"ZipFile": zipped("python/a.py", content)}
        )
        return str(answer["LayerVersionArn"])

    def queue(self, **attributes: str) -> str:
        """The ARN of a queue that is deleted after the try."""
        sqs = client(self.cloud, "sqs")
        url = sqs.create_queue(QueueName=f"rule-{uuid.uuid4().hex[:12]}", Attributes=attributes)["QueueUrl"]
        self.ends.callback(sqs.delete_queue, QueueUrl=url)
        return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])

    def feed(self, queue: str, **more: Any) -> dict[str, Any]:
        """A mapping that is deleted after the try."""
        made: dict[str, Any] = self.functions.create_event_source_mapping(
            EventSourceArn=queue, FunctionName=more.pop("FunctionName", self.name), **more
        )
        self.ends.callback(_unless_gone, self.functions, self.functions.delete_event_source_mapping, UUID=made["UUID"])
        return made

    def role_with(self, *actions: str) -> str:
        """The ARN of a role that may do these things and nothing else; deleted after the try."""
        arn, end = _role(self.cloud, *actions)
        self.ends.callback(end)
        return arn


def client(cloud: LocalCloud, service: str) -> Any:
    """A client that does not check what it sends, and does not send it again."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, max_pool_connections=256)
    return boto3.client(service, config=config, **cloud.client)  # type: ignore[call-overload]


@contextmanager
def function(cloud: LocalCloud, source: str = ECHO, **settings: Any) -> Iterator[Case]:
    """A function whose role may do everything, for the time of the block."""
    functions, name = client(cloud, "lambda"), f"rule-{uuid.uuid4().hex[:12]}"
    with ExitStack() as ends:
        role, end = _role(cloud, "*")
        ends.callback(end)
        functions.create_function(**{**wanted(name, role, source), **settings})
        ends.callback(_unless_gone, functions, functions.delete_function, FunctionName=name)
        yield Case(cloud, name, functions, role, ends)


def wanted(name: str, role: str, source: str = ECHO) -> dict[str, Any]:
    """The parameters of CreateFunction."""
    return {
        "FunctionName": name,
        "Role": role,
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Code": {"ZipFile": zipped("index.py", source)},
        "Timeout": 10,
        "MemorySize": 256,
    }


@contextmanager
def changes_take(seconds: float) -> Iterator[None]:
    """Changes of functions take so long: an hour, and no slow machine is too late to see them; or no time."""
    before, settling.CHANGE_S = settling.CHANGE_S, seconds
    try:
        yield
    finally:
        settling.CHANGE_S = before


def zipped(path: str, content: str) -> bytes:
    """A zip of one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(path), content)
    return buffer.getvalue()


def _role(cloud: LocalCloud, *actions: str) -> tuple[str, Any]:
    iam, name = client(cloud, "iam"), f"rule-{uuid.uuid4().hex[:12]}"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    if actions:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)

    def end() -> None:
        if actions:
            iam.delete_role_policy(RoleName=name, PolicyName="own")
        iam.delete_role(RoleName=name)

    return str(arn), end


def _unless_gone(functions: Any, delete: Any, **named: Any) -> None:
    try:
        delete(**named)
    except functions.exceptions.ResourceNotFoundException:
        # The rule was about deleting it.
        return
