"""Functions the tests of Lambda's rules deploy, and short ways to ask for things."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from tests.e2e.local.templates import Record, Resources, aws, function, ref, resource

FAILS = """
import json, os

def handler(event, context):
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": event, "id": context.aws_request_id}) + "\\n")
    if event.get("until", 99) > sum(1 for _ in open(os.environ["RECORD"])):
        raise ValueError("not yet")
    return {"worked": True}
"""
"""Raises until it was called `until` times."""


def role_with(*actions: str) -> dict[str, Any]:
    """A role Lambda may take that is allowed these actions on everything."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    policies = []
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policies = [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}]
    return resource(
        "IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]}, Policies=policies
    )


def published(name: str = "predict", source: str | None = None, record: Record | None = None) -> Resources:
    """A function and its first version."""
    made = function(name, **({} if source is None else {"source": source}), record=record)
    return {"Function": made, "Version": resource("Lambda::Version", FunctionName=ref("Function"))}


def functions(cloud: LocalCloud) -> Any:
    """A client that sends what it is given, unchecked, and once."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, max_pool_connections=64)
    return boto3.client("lambda", config=config, **cloud.client)


def messages(cloud: LocalCloud, queue: str) -> list[dict[str, Any]]:
    """What lies in a queue, with attributes."""
    sqs = aws(cloud, "sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    return list(found.get("Messages", []))


def payload(answer: dict[str, Any]) -> Any:
    """The decoded answer of an invocation."""
    return json.loads(answer["Payload"].read())


@contextmanager
def refused(code: str, status: int = 400, message: str = "") -> Iterator[None]:
    """The block must be answered by this error of Lambda's."""
    with pytest.raises(ClientError) as caught:
        yield
    found = caught.value.response
    assert (found["Error"]["Code"], found["ResponseMetadata"]["HTTPStatusCode"]) == (code, status), found
    assert message in found["Error"]["Message"]
