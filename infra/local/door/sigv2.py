"""S3's older presigned URLs (Signature Version 2), which boto3 still makes unless it is told otherwise.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote

from botocore.auth import HmacV1Auth

from infra.local.door.sigv4 import Claim, Received, same

_REGION = "us-east-1"
_FIELDS = ("AWSAccessKeyId", "Signature", "Expires")
_RESOURCE = frozenset(HmacV1Auth.QSAOfInterest)


def claim_of(received: Received) -> Claim | None:
    """The claim of such a URL; None for anything else."""
    pairs = parse_qsl(received.query, keep_blank_values=True)
    given = dict(pairs)
    if any(sum(name == field for name, _ in pairs) != 1 for field in _FIELDS) or "authorization" in received.headers:
        return None
    if not re.fullmatch(r"\d{1,11}", given["Expires"], re.ASCII) or re.search(r"[/,\s]", given["AWSAccessKeyId"]):
        return None
    token, moment = given.get("x-amz-security-token", ""), given["Expires"]
    key, signature = given["AWSAccessKeyId"], given["Signature"]
    return Claim(key, "", _REGION, "s3", frozenset(), signature, token, moment, kind="sigv2")


def expires_at(claim: Claim) -> datetime:
    """Until when the URL may be used."""
    return datetime.fromtimestamp(int(claim.moment), UTC)


def is_signed_by(claim: Claim, received: Received, secret: str) -> bool:
    """Whether the signature is the one this secret makes."""
    text = "\n".join([received.method, *_standard(received, claim), *_amazons(received), _resource(received)])
    made = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()
    return "#" not in received.path + received.query and same(made, claim.signature)


def _standard(received: Received, claim: Claim) -> list[str]:
    return [received.headers.get(name, "").strip() for name in ("content-md5", "content-type")] + [claim.moment]


def _amazons(received: Received) -> list[str]:
    """Headers of Amazon's, which may also stand in the query."""
    in_query = {name.lower(): value for name, value in parse_qsl(received.query, keep_blank_values=True)}
    fields = {**received.headers, **in_query}
    return [f"{name}:{fields[name].strip()}" for name in sorted(fields) if name.startswith("x-amz-")]


def _resource(received: Received) -> str:
    """The path with its bucket, wherever that was written, and what of the query names a part of it."""
    bucket = received.headers.get("host", "").partition(":")[0].removesuffix("localhost").rstrip(".")
    before = f"/{bucket}" if bucket and received.headers["host"].partition(":")[0].endswith(".localhost") else ""
    pairs = sorted(pair.split("=", 1) for pair in received.query.split("&") if pair.split("=", 1)[0] in _RESOURCE)
    parts = "&".join("=".join([name, *map(unquote, value)]) for name, *value in pairs)
    return f"{before}{received.path}{'?' if parts else ''}{parts}"
