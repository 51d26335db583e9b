"""Sources: other people's buckets that a dataset's files come from by themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from serin.domain.errors import TooLarge
from serin.domain.names import digest
from serin.domain.printable import printable

LARGEST_COPY = 5 * 1024**3
"""Bytes that S3 copies in one request: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""

_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+|\.{2,}")
_SUFFIXES = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}\Z")
_LONGEST_STEM = 120


@dataclass(frozen=True)
class Source:
    """The objects of `bucket` whose keys begin with `prefix`, looked for as often as `every` says.

    `prefix` ends in a slash, so that `exports` never means `exports-of-others/…`; it is empty for a whole bucket.
    """

    bucket: str
    prefix: str
    every: timedelta

    @property
    def url(self) -> str:
        """As people write it."""
        return f"s3://{self.bucket}/{self.prefix}"


@dataclass(frozen=True)
class SourceObject:
    """An object as a listing shows it; once it is written again it is another one."""

    key: str
    etag: str
    modified: datetime
    size: int

    @property
    def is_file(self) -> bool:
        """Whether it may hold rows: what marks a folder or a job's end has a name only."""
        return self.size > 0 and not self.key.endswith("/")

    def check_size(self) -> None:
        """Raise TooLarge, with the numbers, for what S3 does not copy in one request."""
        if self.size > LARGEST_COPY:
            raise TooLarge(
                f"{printable(self.key, 200)}: {self.size:,} bytes; S3 copies {LARGEST_COPY:,} in one request.",
                "Split the file by rows, keep the header in each piece, and put the pieces into the source.",
            )


@dataclass(frozen=True)
class Listing:
    """Some objects of a bucket in the order of their keys' bytes; unless it `is_last`, more follow."""

    objects: tuple[SourceObject, ...]
    is_last: bool


@dataclass(frozen=True)
class Acquired:
    """The marker of an object that was copied to `raw` in the uploads bucket.

    `correlation` is of the upload it became there, `run` of the look that copied it.
    """

    dataset: str
    bucket: str
    key: str
    etag: str
    modified: datetime
    raw: str
    at: datetime
    correlation: str
    run: str

    def is_of(self, source: SourceObject) -> bool:
        """Whether this object was copied, and not one that stood at its key before."""
        return (self.key, self.etag, self.modified) == (source.key, source.etag, source.modified)


@dataclass(frozen=True)
class Acquisition:
    """The last look at a dataset's source: how many objects with content it has `seen` and how many it has `copied`.

    `refused` could not be copied, and `error` says why the first of them, or the look as a whole, could not. `after`
    is the key after which the next look goes on; None when this one came to the end.
    """

    dataset: str
    source: str
    run: str
    at: datetime
    seen: int = 0
    copied: int = 0
    refused: int = 0
    after: str | None = None
    error: str | None = None
    remedy: str | None = None


def raw_key(dataset: str, bucket: str, source: SourceObject) -> str:
    """Where the object is copied to: the same object always to the same key, and no two objects to one.

    The name is the object's own without its folders, made to pass the strict pattern, with a digest of all that tells
    it from others; its suffixes stay, for they say how the file is read.
    """
    base = source.key.rpartition("/")[2]
    stem = _SUFFIXES.sub("", base)
    plain = _NO_NAME.sub("-", stem)[:_LONGEST_STEM].lstrip("._-") or "object"
    name = digest(bucket, source.key, source.etag, source.modified.isoformat())[:16]
    return f"raw/{dataset}/{plain}-{name}{base[len(stem) :]}"
