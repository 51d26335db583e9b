"""Signature Version 4, verified by signing again what was received.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qsl, quote

from botocore.utils import normalize_url_path

ALGORITHM = "AWS4-HMAC-SHA256"
_MOMENT = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
LONGEST_LIFE_S = 7 * 24 * 3600
"""Of a presigned URL."""

_SCOPE = r"([^/,\s]+)/(\d{8})/([^/,\s]+)/([a-z0-9.-]+)/aws4_request"
_NAMES = r"[a-z0-9_.-]+(?:;[a-z0-9_.-]+)*"
_CLAIM = re.compile(rf"{ALGORITHM} +Credential={_SCOPE}, *SignedHeaders=({_NAMES}), *Signature=([0-9a-f]{{64}})")
_FIELDS = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token")
_EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Received:
    """A request as it came: path and query still encoded, names of headers in lower case, repeated ones joined."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Claim:
    """What a request says of the signature it carries; nothing here proves it."""

    access_key_id: str
    day: str
    region: str
    service: str
    headers: frozenset[str]
    signature: str = field(repr=False)
    token: str = field(default="", repr=False)
    moment: str = ""
    expires_s: int | None = None
    """The life of a presigned URL; None for a signature in a header."""
    kind: Literal["sigv4", "sigv2"] = "sigv4"

    @property
    def scope(self) -> str:
        """What the key was derived for."""
        return f"{self.day}/{self.region}/{self.service}/aws4_request"

    @property
    def signed_at(self) -> datetime | None:
        """The moment of the signature; None when there is none, or another day's than the key's."""
        if not _MOMENT.fullmatch(self.moment) or not self.moment.startswith(self.day):
            return None
        try:
            return datetime.fromisoformat(self.moment)
        except ValueError:
            return None


def claim_of(received: Received) -> Claim | None:
    """The claim of an Authorization header, or of a presigned URL without one; None for anything else."""
    header = received.headers.get("authorization")
    if header is None:
        return _presigned(received.query)
    match = _CLAIM.fullmatch(header)
    if match is None:
        return None
    key, day, region, service, names, signature = match.groups()
    token, moment = (received.headers.get(name, "") for name in ("x-amz-security-token", "x-amz-date"))
    return Claim(key, day, region, service, frozenset(names.split(";")), signature, token, moment)


def _presigned(query: str) -> Claim | None:
    pairs = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name.startswith("X-Amz-")]
    given = dict(pairs)
    if sum(name[6:] in _FIELDS for name, _ in pairs) != len(given.keys() & {f"X-Amz-{name}" for name in _FIELDS}):
        return None
    scope = re.fullmatch(_SCOPE, given.get("X-Amz-Credential", ""))
    names, expires = given.get("X-Amz-SignedHeaders", ""), given.get("X-Amz-Expires", "")
    if given.get("X-Amz-Algorithm") != ALGORITHM or scope is None or not re.fullmatch(_NAMES, names):
        return None
    if not re.fullmatch(r"\d{1,6}", expires, re.ASCII) or int(expires) > LONGEST_LIFE_S:
        return None
    token, moment = given.get("X-Amz-Security-Token", ""), given.get("X-Amz-Date", "")
    signature, headers = given.get("X-Amz-Signature", ""), frozenset(names.split(";"))
    key, day, region, service = scope.groups()
    return Claim(key, day, region, service, headers, signature, token, moment, int(expires))


def signs_enough(claim: Claim, received: Received) -> bool:
    """Host and every x-amz- header must be signed. A fragment is received, and in no canonical request."""
    names = {name for name in received.headers if name.startswith("x-amz-")} | {"host"}
    return names <= claim.headers and "#" not in received.path + received.query


def is_signed_by(claim: Claim, received: Received, payload: str, secret: str) -> bool:
    """Whether the signature is the one this secret makes; `payload` is what stands for the body in it."""
    return same(signature_over(claim, _canonical(claim, received, payload), secret), claim.signature)


def signature_over(claim: Claim, text: str, secret: str, form: str = ALGORITHM) -> str:
    """The signature of a canonical request, which is signed by its digest."""
    return signature_of_text(claim, "\n".join([form, claim.moment, claim.scope, sha256(text.encode())]), secret)


def signature_of_text(claim: Claim, text: str, secret: str) -> str:
    """The signature of a text by the key of the claim's day, region and service."""
    signing = _signing(secret, claim.day, claim.region, claim.service).copy()
    signing.update(text.encode())
    return signing.hexdigest()


def sha256(content: bytes) -> str:
    """The digest, in hexadecimal."""
    return hashlib.sha256(content).hexdigest() if content else _EMPTY


def same(one: str, other: str) -> bool:
    """In a time that tells nothing of where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def _canonical(claim: Claim, received: Received, payload: str) -> str:
    path = received.path or "/"
    if claim.service != "s3" and path != "/":
        path = quote(normalize_url_path(path), safe="/~")
    pairs = [tuple(pair.partition("=")[::2]) for pair in received.query.split("&") if pair]
    query = "&".join(f"{name}={value}" for name, value in sorted(pairs) if name != "X-Amz-Signature")
    names = sorted(name for name in claim.headers if name in received.headers)
    headers = [f"{name}:{' '.join(received.headers[name].split())}" for name in names]
    return "\n".join([received.method, path, query, *headers, "", ";".join(names), payload])


@lru_cache(maxsize=256)
def _signing(secret: str, day: str, region: str, service: str) -> hmac.HMAC:
    """What has the key already; a copy of it signs, and hands over to no other thread for that."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, digestmod="sha256")
