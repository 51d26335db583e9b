"""Who signed a request, as API Gateway verifies it: of these five minutes of the cloud's clock, and for this API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from infra.local.door.payloads import is_as_signed
from infra.local.door.sigv4 import Claim, Received, claim_of, is_signed_by, same, sha256, signs_enough
from infra.local.services.apigatewayv2.gateway.request import Request
from infra.local.services.apigatewayv2.model import RouteTable, Signer

SERVICE = "execute-api"
LONGEST_SKEW = timedelta(minutes=5)


def signer_of(request: Request, table: RouteTable) -> Signer | None:
    """Who signed the request, as long as all of it is as it was signed, now and for this API; else None."""
    names = {name for name, _ in request.headers}
    headers = {name: request.header(name) or "" for name in names}
    received = Received(request.method, request.path, request.query, headers)
    claim = claim_of(received)
    if claim is None or claim.expires_s is not None or (claim.region, claim.service) != (table.region, SERVICE):
        return None
    if not (signs_enough(claim, received) and _is_of_now(claim, request)):
        return None
    signer = table.signer(claim.access_key_id)
    if signer is None or not same(claim.token, signer.session_token):
        return None
    signed = is_signed_by(claim, received, sha256(request.body), signer.secret)
    return signer if signed and is_as_signed(claim, received, request.body, signer.secret) else None


def _is_of_now(claim: Claim, request: Request) -> bool:
    signed_at = claim.signed_at
    now = datetime.fromtimestamp(request.time_ms / 1000, UTC)
    return signed_at is not None and abs(now - signed_at) <= LONGEST_SKEW
