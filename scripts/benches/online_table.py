"""An online store to ask: moto's DynamoDB in a process of its own, with the table as the stack makes it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3

from benches.measuring import BENCHES

TABLE = "bench-features"


@contextmanager
def online_table() -> Iterator[Mapping[str, str]]:
    """The variables of a process that finds the table, which is empty."""
    command = [sys.executable, str(BENCHES / "table_server.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("the server has no pipes")
        address = server.stdout.readline().strip()
        _make_table(address)
        keys = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": "us-east-1"}
        yield {**keys, "AWS_ENDPOINT_URL": address, "SERIN_FEATURES_TABLE": TABLE}
        server.stdin.close()


def _make_table(address: str) -> None:
    """As infra/stacks/catalog.py makes it."""
    access: Any = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench", "region_name": "us-east-1"}
    boto3.client("dynamodb", endpoint_url=address, **access).create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
