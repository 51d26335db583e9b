"""A cloud that is far away, of an account that is new."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local import account
from infra.local.account import Account
from infra.local.cloud import LocalCloud
from tests.e2e.local.lambda_cases import functions, payload
from tests.e2e.local.templates import allow, assembly, aws, function, opened, role

ASKS = """
import boto3

def handler(event, context):
    if event:
        return boto3.client("lambda").invoke(FunctionName="asks", Payload=b"{}")["StatusCode"]
    return len(boto3.client("sqs").list_queues().get("QueueUrls", []))
"""


def test_functions_and_people_wait_for_each_answer_and_one_function_runs_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(account, "sleep", waits.append)
    resources = {"Role": role(allow("sqs:*", "lambda:*", "logs:*")), "Asks": function("asks", ASKS)}
    deployed = assembly(("stack", opened(resources)))
    with LocalCloud.start(deployed, scratch=tmp_path, account=Account(concurrency=1, latency_s=0.02)) as cloud:
        aws(cloud, "sqs").list_queues()
        assert waits == [0.02]
        assert payload(functions(cloud).invoke(FunctionName="asks", Payload=b"{}")) == 0
        assert waits == [0.02] * 3, "the call, and the one the function makes"
        answer = payload(functions(cloud).invoke(FunctionName="asks", Payload=b'{"itself": true}'))
        assert answer["errorType"] == "TooManyRequestsException"
