"""Who sends a request to AWS's endpoint, proved by its signature.

A signature's moment is held against this machine's clock, not the cloud's: the tools that sign (boto3, aws, cdk,
functions) know no other, and a cloud may live in 2013. Sessions of roles end by the machine's clock for that reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from infra.local.clock import machine
from infra.local.door import sigv2, sigv4
from infra.local.door.payloads import is_as_signed, stands_for_the_body
from infra.local.door.sigv4 import Claim, Received, same
from infra.local.iam.evaluation import Caller
from infra.local.iam.guard import ADMINISTRATOR
from infra.local.iam.keys import Key, key_of
from infra.local.iam.requests.bodies import kept_body
from infra.local.iam.requests.headers import headers_of
from infra.local.iam.requests.reading import Signature

LONGEST_SKEW = timedelta(minutes=5)
OWN_SERVICE = "serin"
"""What is asked of the local cloud itself, and of no service of AWS, is signed for this one."""
S3_SKEW = timedelta(minutes=15)

Reason = Literal["unsigned", "unreadable", "unknown key", "skewed", "expired", "not all signed", "changed"]


class NotProved(Exception):
    """Nobody's request, and why."""

    def __init__(self, reason: Reason, service: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.service = service


@dataclass(frozen=True)
class Proved:
    """A request of this caller, for this service."""

    caller: Caller
    signature: Signature
    authorization: str
    """The header that says so, also for a presigned URL: what serves the request goes by it."""


def prove(environ: dict[str, Any]) -> Proved:
    """Whose request it is; the body stays to be read again. Raises NotProved."""
    received = received_from(environ)
    claim = sigv4.claim_of(received) or sigv2.claim_of(received)
    if claim is None:
        signed = "authorization" in received.headers or "X-Amz-Signature" in received.query
        raise NotProved("unreadable" if signed else "unsigned")
    key = key_of(claim.access_key_id)
    if key is None or not same(claim.token, key.session_token):
        raise NotProved("unknown key", claim.service)
    _require_its_time(claim, machine.now())
    _require_signature(claim, key, received, environ)
    credential = f"{claim.access_key_id}/{claim.day or '00000000'}/{claim.region}/{claim.service}/aws4_request"
    return Proved(
        key.caller,
        Signature(claim.access_key_id, claim.region, claim.service, claim.token),
        f"{sigv4.ALGORITHM} Credential={credential}, SignedHeaders=host, Signature={'0' * 64}",
    )


def is_administrators(environ: dict[str, Any]) -> bool:
    """Whether a request is proved to be of the account's administrator, and meant for the local cloud itself."""
    try:
        proved = prove(environ)
    except NotProved:
        return False
    return proved.caller == ADMINISTRATOR and proved.signature.service == OWN_SERVICE


def received_from(environ: dict[str, Any]) -> Received:
    """The request as it came, before anything was decoded."""
    path, _, query = str(environ["RAW_URI"]).partition("?")
    return Received(environ["REQUEST_METHOD"], path, query, headers_of(environ))


def _require_its_time(claim: Claim, now: datetime) -> None:
    if claim.kind == "sigv2":
        if now >= sigv2.expires_at(claim):
            raise NotProved("expired", claim.service)
        return
    signed_at = claim.signed_at
    skew = S3_SKEW if claim.service == "s3" else LONGEST_SKEW
    if signed_at is None or signed_at - now > skew:
        raise NotProved("skewed", claim.service)
    if claim.expires_s is None:
        if now - signed_at > skew:
            raise NotProved("skewed", claim.service)
    elif now >= signed_at + timedelta(seconds=claim.expires_s):
        raise NotProved("expired", claim.service)


def _require_signature(claim: Claim, key: Key, received: Received, environ: dict[str, Any]) -> None:
    body = kept_body(environ)
    if claim.kind == "sigv2":
        if not sigv2.is_signed_by(claim, received, key.secret):
            raise NotProved("changed", claim.service)
        return
    if not sigv4.signs_enough(claim, received):
        raise NotProved("not all signed", claim.service)
    payload = stands_for_the_body(claim, received, body)
    if not sigv4.is_signed_by(claim, received, payload, key.secret):
        raise NotProved("changed", claim.service)
    if not is_as_signed(claim, received, body, key.secret):
        raise NotProved("changed", claim.service)
