"""Bodies of objects: kept as they were sent, whatever their type, and refused where they are not what was promised.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.s3.exceptions import S3ClientError
from moto.s3.responses import S3Response

from infra.local.iam.requests.bodies import FORM, media_type
from infra.local.moto_patches.registry import wrap
from infra.local.services.s3.limits import check_object

_CHECKSUMS: Mapping[str, Callable[[bytes], bytes]] = {
    "crc32": lambda body: binascii.crc32(body).to_bytes(4, "big"),
    "sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
}
_NOT_HERE = ("crc32c", "crc64nvme", "md5", "sha512", "xxhash64", "xxhash3", "xxhash128")
_HEADER = "x-amz-checksum-"
_TRAILER = re.compile(rb"^x-amz-checksum-(\w+):([A-Za-z0-9+/=]+)\s*$", re.MULTILINE)
_TRAILERS = ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
_LONGEST_TRAILER = 1_024


@wrap(S3Response, "setup_class")
def setup_class(original: Callable[..., None], response: S3Response, request: Any, *rest: Any, **more: Any) -> None:
    """moto reads a body that has a form's type as a form, and keeps nothing of it."""
    environ = request.environ
    told, kind = environ.get("CONTENT_TYPE"), media_type(environ)
    if request.method == "POST" or not (kind == FORM or kind.startswith("multipart/")):
        original(response, request, *rest, **more)
        return
    environ["CONTENT_TYPE"] = "binary/octet-stream"
    try:
        original(response, request, *rest, **more)
    finally:
        environ["CONTENT_TYPE"] = told


def _checked(original: Callable[[S3Response], Any], response: S3Response) -> Any:
    """moto keeps whatever comes, also where it is not what its checksum says."""
    body = response.body or b""
    check_object(response.parse_key_name(), response.headers)
    _check_md5(response.headers.get("Content-MD5"), body)
    for algorithm, value in _promised(response):
        _check(algorithm, value, body)
    return original(response)


for _name in ("put_object", "upload_part"):
    wrap(S3Response, _name)(_checked)


@wrap(S3Response, "_get_checksum")
def get_checksum(
    original: Callable[..., tuple[str, str | None]], response: S3Response, answered: dict[str, Any]
) -> tuple[str, str | None]:
    """moto keeps a checksum only where the SDK names its algorithm in a header of its own."""
    promised = next(_promised(response), None)
    if promised is None or response.headers.get("x-amz-sdk-checksum-algorithm"):
        return original(response, answered)
    algorithm, value = promised
    answered[f"{_HEADER}{algorithm}"] = value
    return algorithm.upper(), value


def _promised(response: S3Response) -> Iterator[tuple[str, str]]:
    """Algorithm and value of each checksum, from the headers, or from what follows a body that came in pieces."""
    for name, value in response.headers.items():
        algorithm = name.lower().removeprefix(_HEADER)
        if name.lower().startswith(_HEADER) and algorithm in (*_CHECKSUMS, *_NOT_HERE):
            yield algorithm, str(value)
    if response.headers.get("x-amz-content-sha256") in _TRAILERS:
        for trailer in _TRAILER.finditer(response.raw_body[-_LONGEST_TRAILER:]):
            yield trailer[1].decode().lower(), trailer[2].decode()


def _check(algorithm: str, value: str, body: bytes) -> None:
    if algorithm not in _CHECKSUMS:
        raise S3ClientError(
            "InvalidRequest", f"The local cloud does not verify {algorithm.upper()}; send CRC32, SHA1 or SHA256."
        )
    digest = _CHECKSUMS[algorithm](body)
    if len(_decoded(value) or b"") != len(digest):
        raise S3ClientError("InvalidRequest", f"Value for {_HEADER}{algorithm} header is invalid.")
    if _decoded(value) != digest:
        message = f"The {algorithm.upper()} you specified did not match the calculated checksum."
        raise S3ClientError("BadDigest", message)


def _check_md5(value: str | None, body: bytes) -> None:
    if value is None:
        return
    digest = hashlib.md5(body, usedforsecurity=False).digest()
    if len(_decoded(value) or b"") != len(digest):
        raise S3ClientError("InvalidDigest", "The Content-MD5 you specified was invalid.")
    if _decoded(value) != digest:
        raise S3ClientError("BadDigest", "The Content-MD5 you specified did not match what we received.")


def _decoded(value: str) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        return None
