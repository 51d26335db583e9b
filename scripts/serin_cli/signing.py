"""Requests signed with AWS credentials (SigV4), for models whose callers show so who they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from serin.domain.errors import Denied
from serin_cli.connection import Connection

SERVICE = "execute-api"


def signed(
    method: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    credentials: Credentials,
    region: str,
    moment: datetime,
    service: str = SERVICE,
) -> dict[str, str]:
    """The headers of a request with these and its signature, which holds for five minutes around the moment.

    botocore's own way to sign takes this machine's time; the local cloud has a clock of its own.
    """
    timestamp = moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    more = {"X-Amz-Date": timestamp, **({"X-Amz-Security-Token": credentials.token} if credentials.token else {})}
    request = AWSRequest(method, url, headers={**headers, **more}, data=body)
    request.context["timestamp"] = timestamp
    auth = SigV4Auth(credentials, service, region)
    names = auth.signed_headers(auth.headers_to_sign(request))
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    claim = f"Credential={auth.scope(request)}, SignedHeaders={names}, Signature={signature}"
    return {**headers, **more, "Authorization": f"AWS4-HMAC-SHA256 {claim}"}


def credentials_at_hand(connection: Connection) -> Credentials:
    """The profile's, as every AWS tool finds them; the local cloud has its own. Raises Denied without any."""
    if connection.endpoint_url:
        return Credentials(connection.access_key_id, connection.secret_access_key)
    credentials = boto3.Session().get_credentials()
    if credentials is None:
        raise Denied(
            "This model wants signed requests, and there are no AWS credentials at hand.",
            "Log in to AWS, or choose a profile with AWS_PROFILE.",
        )
    # Credentials that renew themselves must not do so between two looks at them.
    frozen = credentials.get_frozen_credentials()
    return Credentials(str(frozen.access_key), str(frozen.secret_key), frozen.token)
