"""Requests that say one thing to who judges them and another to who serves them, signed as any role can sign."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx
from botocore.credentials import Credentials

from infra.local.cloud import LocalCloud
from serin_cli.signing import signed

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
PREFIXES = {
    "dynamodb": "DynamoDB_20120810",
    "events": "AWSEvents",
    "logs": "Logs_20140328",
    "ssm": "AmazonSSM",
    "states": "AWSStepFunctions",
    "sqs": "AmazonSQS",
    "monitoring": "GraniteServiceVersion20100801",
}


@dataclass(frozen=True)
class Sent:
    """One request to a service."""

    service: str
    body: bytes = b""
    method: str = "POST"
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)

    def but(self, path: str | None = None, body: bytes | None = None, **headers: str) -> Sent:
        """The same with another path, body, or more headers."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        found = replace(self, headers={**self.headers, **more})
        found = found if path is None else replace(found, path=path)
        return found if body is None else replace(found, body=body)


def target(service: str, operation: str, **params: object) -> Sent:
    """A request of the JSON protocol."""
    headers = {"X-Amz-Target": f"{PREFIXES[service]}.{operation}", "Content-Type": "application/x-amz-json-1.0"}
    return Sent(service, json.dumps(params).encode(), headers=headers)


def form(service: str, *pairs: tuple[str, str], path: str = "/") -> Sent:
    """A request of the query protocol."""
    return Sent(service, urlencode(pairs).encode(), path=path, headers={"Content-Type": FORM})


def parts(*pairs: tuple[str, str]) -> bytes:
    """A multipart form."""
    lines = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs]
    return "".join([*lines, "--b--\r\n"]).encode()


def answer(cloud: LocalCloud, credentials: Credentials, sent: Sent) -> httpx.Response:
    """What the endpoint answers to a signed request."""
    plain = dict(sent.headers)
    if sent.service == "s3":
        plain["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD"
    url = f"{cloud.endpoint_url}{sent.path}"
    made = signed(sent.method, url, sent.body, plain, credentials, cloud.region, datetime.now(UTC), sent.service)
    return httpx.request(sent.method, url, content=sent.body, headers=made, timeout=30)
