"""A template as a request brings it: its text, or the address of an object that holds it."""

from __future__ import annotations

from urllib.parse import unquote, urlparse

from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.quotas import MOST_BYTES_IN_A_REQUEST
from infra.local.wiring import ACCOUNT


def body_of(body: str | None, url: str | None) -> str:
    """The template's text; raises ValidationError when there is none."""
    if body:
        if len(body.encode()) > MOST_BYTES_IN_A_REQUEST:
            raise ValidationError(
                "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have "
                f"length less than or equal to {MOST_BYTES_IN_A_REQUEST}"
            )
        return body
    if not url:
        raise ValidationError("Either Template URL or Template Body must be specified.")
    bucket, key = bucket_and_key(url)
    try:
        stored = s3_backends[ACCOUNT]["aws"].get_object(bucket, key)
    except S3ClientError as error:
        raise ValidationError(f"S3 error: {error.message}") from error
    if stored is None:
        raise ValidationError("S3 error: The specified key does not exist.")
    return bytes(stored.value).decode()


def bucket_and_key(url: str) -> tuple[str, str]:
    """`https://bucket.s3.region.amazonaws.com/key` or `https://any.host/bucket/key`."""
    parts = urlparse(url)
    host, path = parts.hostname or "", unquote(parts.path).lstrip("/")
    bucket, separator, _ = host.partition(".s3")
    if separator and bucket:
        return bucket, path
    bucket, _, key = path.partition("/")
    if not key:
        raise ValidationError("TemplateURL must be a supported URL.")
    return bucket, key
