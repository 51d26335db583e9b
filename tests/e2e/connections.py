"""What `serin up` writes down, for clouds that a test has started itself."""

from __future__ import annotations

from infra.local.cloud import LocalCloud
from serin_cli.connection import Connection


def connection_to(cloud: LocalCloud, stage: str = "dev", token: str = "token", uploads: str = "uploads") -> Connection:
    """The connection of a checkout to a running cloud."""
    keys = (cloud.credentials.access_key_id, cloud.credentials.secret_access_key)
    return Connection(stage, cloud.region, cloud.api_url, token, uploads, cloud.endpoint_url, *keys)
