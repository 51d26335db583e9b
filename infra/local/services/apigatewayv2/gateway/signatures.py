"""Who signed a request: SigV4 as API Gateway verifies it, by signing again what was received.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from infra.local.services.apigatewayv2.gateway.request import Request
from infra.local.services.apigatewayv2.model import RouteTable, Signer

SERVICE = "execute-api"
LONGEST_SKEW = timedelta(minutes=5)
_CLAIM = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request, *"
    r"SignedHeaders=([a-z0-9_.-]+(?:;[a-z0-9_.-]+)*), *Signature=([0-9a-f]{64})"
)
_MOMENT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Claim:
    """What an Authorization header says of the signature in it; nothing here proves it."""

    access_key_id: str
    day: str
    region: str
    service: str
    headers: frozenset[str]
    signature: str


def signer_of(request: Request, table: RouteTable) -> Signer | None:
    """Who signed the request, as long as all of it is as it was signed, now and for this API; else None."""
    claim = _claim_of(request)
    if claim is None or (claim.region, claim.service) != (table.region, SERVICE):
        return None
    if not (_signs_enough(claim, request) and _is_of_now(claim, request)):
        return None
    signer = table.signer(claim.access_key_id)
    if signer is None or not _same(request.header("x-amz-security-token") or "", signer.session_token):
        return None
    return signer if _same(_signature(claim, request, signer), claim.signature) else None


def _claim_of(request: Request) -> Claim | None:
    found = _CLAIM.fullmatch(request.header("authorization") or "")
    if found is None:
        return None
    key, day, region, service, headers, signature = found.groups()
    return Claim(key, day, region, service, frozenset(headers.split(";")), signature)


def _signs_enough(claim: Claim, request: Request) -> bool:
    """Host and every x-amz- header must be signed; a digest of the body that comes along must be the body's.

    A fragment is part of what was received, and of no canonical request.
    """
    names = {name for name, _ in request.headers if name.startswith("x-amz-")} | {"host"}
    digest = request.header("x-amz-content-sha256")
    return (
        names <= claim.headers
        and digest in (None, hashlib.sha256(request.body).hexdigest())
        and "#" not in request.path + request.query
    )


def _is_of_now(claim: Claim, request: Request) -> bool:
    text = request.header("x-amz-date") or ""
    try:
        moment = datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return False
    now = datetime.fromtimestamp(request.time_ms / 1000, UTC)
    return text.startswith(claim.day) and abs(now - moment) <= LONGEST_SKEW


def _signature(claim: Claim, request: Request, signer: Signer) -> str:
    again = _SignedAgain(Credentials(signer.access_key_id, signer.secret), claim.service, claim.region)
    query = f"?{request.query}" if request.query else ""
    received = AWSRequest(request.method, f"http://api{request.path}{query}", data=request.body)
    received.headers = HTTPHeaders()
    for name, value in request.headers:
        if name in claim.headers:
            # Does not replace: a header that came twice is signed twice.
            received.headers[name] = value
    received.context["timestamp"] = request.header("x-amz-date")
    return str(again.signature(again.string_to_sign(received, again.canonical_request(received)), received))


class _SignedAgain(SigV4Auth):
    """Signs the headers that were signed, where botocore would choose them."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        """Those the claim names."""
        found: HTTPHeaders = request.headers
        return found


def _same(one: str, other: str) -> bool:
    """In a time that tells nothing of where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
