"""Buckets on S3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from serin.domain.errors import NotFound
from serin.ports import ObjectContent, ObjectVersion

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

_PIECE = 1024 * 1024
_AT_ONCE = 10
MISSING = {"NoSuchKey", "NoSuchVersion", "404"}
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}
"""Something is there, or is being written there now: who is told so reads it, or comes again."""


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
        return self._body(key, version_id).read()

    def get_each(self, keys: Sequence[str]) -> Iterator[bytes]:
        if len(keys) < 2:
            yield from map(self.get, keys)
            return
        # Waiting is most of the work; no more are on their way than the client has connections.
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for start in range(0, len(keys), _AT_ONCE):
                yield from threads.map(self.get, keys[start : start + _AT_ONCE])

    def fetch(self, key: str, into: Path, version_id: str | None = None) -> None:
        # A body that breaks off raises, so a file is whole or its upload is tried again.
        with into.open("wb") as file:
            for piece in self._body(key, version_id).iter_chunks(_PIECE):
                file.write(piece)

    def _body(self, key: str, version_id: str | None) -> StreamingBody:
        with _found(key):
            if version_id is None:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            return self._client.get_object(Bucket=self._bucket, Key=key, VersionId=version_id)["Body"]

    def put(self, key: str, content: bytes) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def about(self, key: str) -> ObjectContent:
        with _found(key):
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        return ObjectContent(head["ETag"].strip('"'), head.get("VersionId"), head["ContentLength"])

    def put_new(self, key: str, content: bytes) -> bool:
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] in _TAKEN:
                return False
            raise
        return True

    def put_file(self, key: str, file: Path) -> None:
        # One request, which there is or is not, takes up to 5 GB: more than an upload's rows can become.
        with file.open("rb") as content:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content)

    def versions(self, prefix: str, after: str = "") -> Iterator[Sequence[ObjectVersion]]:
        for _, versions in groupby(self._all_versions(prefix, after), attrgetter("key")):
            yield tuple(versions)

    def _all_versions(self, prefix: str, after: str) -> Iterator[ObjectVersion]:
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            kept = [
                ObjectVersion(one["Key"], one["VersionId"], one["IsLatest"], False, one["LastModified"], one["Size"])
                for one in page.get("Versions", ())
            ]
            kept += [
                ObjectVersion(one["Key"], one["VersionId"], one["IsLatest"], True, one["LastModified"])
                for one in page.get("DeleteMarkers", ())
            ]
            # A page has versions and markers apart, each by key.
            yield from (one for one in sorted(kept, key=attrgetter("key")) if one.key > after)

    def delete_version(self, version: ObjectVersion) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=version.key, VersionId=version.id)

    def keys(self, prefix: str, after: str = "") -> Sequence[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, StartAfter=after
        )
        return sorted(item["Key"] for page in pages for item in page.get("Contents", ()))
