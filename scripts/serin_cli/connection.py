"""Where this checkout's platform is and the token to use, kept in a file git ignores."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from serin.domain.errors import Invalid, NotFound
from serin.domain.records import from_record
from serin_cli.private import write_private

FILE = Path(".serin/connection.json")
TOKEN_VARIABLE = "SERIN_TOKEN"
"""One's own token, for every call over the API; no option has it, for options stand in lists of processes."""
_IN_A_HEADER = re.compile(r"[!-~]{1,100}\Z")


@dataclass(frozen=True)
class Connection:
    """One deployed stage. `endpoint_url` is the local cloud's AWS endpoint, None on AWS itself.

    The keys are those of the local cloud's administrator; on AWS a profile has them, and these are empty.
    """

    stage: str
    region: str
    api_url: str
    token: str = field(repr=False)
    uploads_bucket: str
    endpoint_url: str | None = None
    access_key_id: str = field(default="", repr=False)
    secret_access_key: str = field(default="", repr=False)

    @property
    def lake_bucket(self) -> str:
        """Where accepted rows and those in quarantine lie."""
        return self.uploads_bucket.replace("-uploads-", "-lake-")

    @property
    def artifacts_bucket(self) -> str:
        """Where fitted models lie."""
        return self.uploads_bucket.replace("-uploads-", "-artifacts-")


def aws_client(connection: Connection, service: str) -> Any:
    """A client of the stage's AWS services, with the profile's credentials; the local cloud has its own."""
    # It takes longer to load than most commands take, of which most ask the API alone.
    import boto3

    where = {"region_name": connection.region, "endpoint_url": connection.endpoint_url}
    local = {
        "aws_access_key_id": connection.access_key_id,
        "aws_secret_access_key": connection.secret_access_key,
    }
    return boto3.client(service, **where, **(local if connection.endpoint_url else {}))  # type: ignore[call-overload]


def save(connection: Connection) -> None:
    """Remember it; only its owner may read the token and the keys."""
    write_private(FILE, json.dumps(asdict(connection), indent=2))


def load() -> Connection:
    """The connection that was saved last; NotFound when there is none."""
    if not FILE.exists():
        raise NotFound(
            "This checkout is not connected to a platform.",
            "Run ./scripts/serin up in another terminal, or ./scripts/serin connect for AWS.",
        )
    return from_record(Connection, json.loads(FILE.read_text(encoding="utf-8")))


def own_token(environment: Mapping[str, str] = os.environ) -> str | None:
    """The token of the environment, None where there is none; Invalid, without a word of it, for what is no token."""
    token = environment.get(TOKEN_VARIABLE, "").strip()
    if token and not _IN_A_HEADER.match(token):
        raise Invalid(
            f"{TOKEN_VARIABLE} holds what no token is: it has spaces, signs or a length that none has.",
            f"Set it to one token as it was shown, or unset it to go on with that of {FILE}.",
            TOKEN_VARIABLE,
        )
    return token or None


def forget(connection: Connection) -> None:
    """That platform is gone; another one that was connected since stays."""
    if FILE.exists() and load() == connection:
        FILE.unlink(missing_ok=True)
