"""Other people's buckets in memory, copied from into a bucket of uploads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from serin.adapters.memory.objects import MemoryObjectStore
from serin.domain.errors import Conflict, Denied, NotFound
from serin.domain.names import digest
from serin.domain.sources import Listing, SourceObject


@dataclass
class MemorySources:
    """Buckets by name, listed `page` objects at a time; nobody may read the keys in `closed`.

    `copies` are the keys of uploads and their versions, one for each copy that was made.
    """

    uploads: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    page: int = 1000
    closed: set[str] = field(default_factory=set)
    copies: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._buckets: dict[str, dict[str, tuple[SourceObject, bytes]]] = {}

    def create(self, bucket: str) -> None:
        """Make an empty bucket."""
        self._buckets.setdefault(bucket, {})

    def write(self, bucket: str, key: str, content: bytes, at: datetime) -> SourceObject:
        """Somebody writes an object."""
        written = SourceObject(key, digest(content)[:32], at, len(content))
        self._bucket(bucket)[key] = written, content
        return written

    def pretend_size(self, bucket: str, of: SourceObject, size: int) -> None:
        """Let an object look as large as no test would write it."""
        self._bucket(bucket)[of.key] = replace(of, size=size), self._bucket(bucket)[of.key][1]

    def delete(self, bucket: str, key: str) -> None:
        """Somebody deletes an object."""
        del self._bucket(bucket)[key]

    def listing(self, bucket: str, prefix: str, after: str | None) -> Listing:
        here = self._bucket(bucket)
        keys = [key for key in here if key.startswith(prefix) and (after is None or key.encode() > after.encode())]
        listed = [here[key][0] for key in sorted(keys, key=str.encode)]
        return Listing(tuple(listed[: self.page]), is_last=len(listed) <= self.page)

    def copy(self, bucket: str, source: SourceObject, raw: str) -> str | None:
        now, content = self._bucket(bucket).get(source.key, (None, b""))
        if source.key in self.closed:
            raise Denied(f"AWS does not let s3://{bucket}/{source.key} be read.", "Allow it.")
        if now is None or now.etag != source.etag:
            raise Conflict(f"s3://{bucket}/{source.key} is not what was listed any more.", "Look again.")
        version = self.uploads.put_version(raw, content)
        self.copies.append((raw, version))
        return version

    def _bucket(self, bucket: str) -> dict[str, tuple[SourceObject, bytes]]:
        if bucket not in self._buckets:
            raise NotFound(f"There is no bucket {bucket!r}.", "Correct the source in the charter, and deploy.")
        return self._buckets[bucket]
