"""Buckets on S3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from serin.domain.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MISSING = {"NoSuchKey", "NoSuchVersion", "404"}


@contextmanager
def _found(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            raise NotFound(f"There is no object {key!r}.", "Check the key and the version.") from error
        raise


class S3ObjectStore:
    """One bucket on S3."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def get(self, key: str, version_id: str | None = None) -> bytes:
        with _found(key):
            if version_id is None:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            return self._client.get_object(Bucket=self._bucket, Key=key, VersionId=version_id)["Body"].read()

    def fetch(self, key: str, into: Path, version_id: str | None = None) -> None:
        # In ranges, several at a time, each asked for again when it breaks off.
        version = {} if version_id is None else {"VersionId": version_id}
        with _found(key), into.open("wb") as file:
            self._client.download_fileobj(Bucket=self._bucket, Key=key, Fileobj=file, ExtraArgs=version)

    def put(self, key: str, content: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def put_file(self, key: str, file: Path) -> None:
        # In parts once it is large; parts of an upload that was never completed are removed by the bucket's lifecycle.
        self._client.upload_file(Filename=str(file), Bucket=self._bucket, Key=key)

    def keys(self, prefix: str) -> Sequence[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        return sorted(item["Key"] for page in pages for item in page.get("Contents", ()))
