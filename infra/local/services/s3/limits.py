"""How buckets and objects may be called, and what may be said of one.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.s3.exceptions import InvalidBucketName, S3ClientError
from moto.s3.models import FakeBucket, S3Backend

from infra.local.moto_patches.registry import wrap

_LONGEST_KEY, _MOST_METADATA = 1_024, 2_048
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_METADATA = "x-amz-meta-"


@wrap(S3Backend, "create_bucket")
def create_bucket(
    original: Callable[..., FakeBucket], backend: S3Backend, bucket_name: str, *rest: Any, **more: Any
) -> FakeBucket:
    """moto makes buckets of names that no address can have."""
    if not _NAME.fullmatch(bucket_name) or ".." in bucket_name or _ADDRESS.fullmatch(bucket_name):
        raise InvalidBucketName
    return original(backend, bucket_name, *rest, **more)


def check_object(key: str, headers: Mapping[str, str]) -> None:
    """Raise for a key or for metadata that is too long."""
    if len(key.encode()) > _LONGEST_KEY:
        raise S3ClientError("KeyTooLongError", "Your key is too long")
    told = {name[len(_METADATA) :]: value for name, value in headers.items() if name.lower().startswith(_METADATA)}
    if sum(len(name.encode()) + len(str(value).encode()) for name, value in told.items()) > _MOST_METADATA:
        raise S3ClientError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
