"""Where this checkout's platform is and the token to use, kept in a file git ignores."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3

from infra.local.cloud import LocalCloud
from serin.domain.errors import NotFound
from serin.domain.records import from_record
from serin.files.replaced import SECRET, replace_file

FILE = Path(".serin/connection.json")


@dataclass(frozen=True)
class Connection:
    """One deployed stage. `endpoint_url` is the local cloud's AWS endpoint, None on AWS itself."""

    stage: str
    region: str
    api_url: str
    token: str
    uploads_bucket: str
    endpoint_url: str | None = None

    @property
    def lake_bucket(self) -> str:
        """Where accepted rows and those in quarantine lie."""
        return self.uploads_bucket.replace("-uploads-", "-lake-")


def aws_client(connection: Connection, service: str) -> Any:
    """A client of the stage's AWS services, with the profile's credentials; the local cloud has its own."""
    where = {"region_name": connection.region, "endpoint_url": connection.endpoint_url}
    owner = LocalCloud.credentials
    local = {
        "aws_access_key_id": owner.access_key_id,
        "aws_secret_access_key": owner.secret_access_key,
        "aws_session_token": owner.session_token,
    }
    return boto3.client(service, **where, **(local if connection.endpoint_url else {}))  # type: ignore[call-overload]


def save(connection: Connection) -> None:
    """Remember it; only its owner may read the token."""
    FILE.parent.mkdir(exist_ok=True)
    replace_file(FILE, json.dumps(asdict(connection), indent=2).encode(), SECRET)


def load() -> Connection:
    """The connection that was saved last; NotFound when there is none."""
    if not FILE.exists():
        raise NotFound(
            "This checkout is not connected to a platform.",
            "Run ./scripts/serin up in another terminal, or ./scripts/serin connect for AWS.",
        )
    return from_record(Connection, json.loads(FILE.read_text(encoding="utf-8")))


def forget(connection: Connection) -> None:
    """That platform is gone; another one that was connected since stays."""
    if FILE.exists() and load() == connection:
        FILE.unlink(missing_ok=True)
