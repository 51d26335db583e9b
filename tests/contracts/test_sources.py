from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from infra.local.moto_patches.registry import PATCHES
from serin.adapters import sources
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.sources import MemorySources
from serin.adapters.s3 import S3ObjectStore
from serin.adapters.sources import S3Sources
from serin.domain.errors import Conflict, NotFound
from serin.domain.sources import SourceObject
from serin.ports import ObjectStore, Sources
from tests.builders import NOON
from tests.contracts.clouds import Aws

PAGE = 3
"""Objects at once; AWS gives a thousand."""


@dataclass(frozen=True)
class Place:
    """Sources, the uploads they are copied to, and how somebody writes into the bucket that is read."""

    sources: Sources
    uploads: ObjectStore
    bucket: str
    write: Callable[[str, bytes], object]
    delete: Callable[[str], object]

    def keys(self, prefix: str = "", after: str | None = None) -> list[str]:
        """All keys, page by page."""
        found: list[str] = []
        is_last = False
        while not is_last:
            page = self.sources.listing(self.bucket, prefix, found[-1] if found else after)
            found += [item.key for item in page.objects]
            is_last = page.is_last
        return found

    def only(self) -> SourceObject:
        (found,) = self.sources.listing(self.bucket, "", None).objects
        return found


@pytest.fixture
def place(where: Aws | None, monkeypatch: pytest.MonkeyPatch) -> Place:
    if where is None:
        uploads = MemoryObjectStore()
        memory = MemorySources(uploads, page=PAGE)
        memory.create("acme")
        return Place(
            memory,
            uploads,
            "acme",
            lambda key, content: memory.write("acme", key, content, NOON),
            lambda key: memory.delete("acme", key),
        )
    monkeypatch.setattr(sources, "PAGE", PAGE)
    if not where.is_local:
        _copies_as_on_aws(monkeypatch)
    client, acme, uploads_bucket = where.client("s3"), where.name("acme"), where.name("uploads")
    for name in (acme, uploads_bucket):
        client.create_bucket(Bucket=name)
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return Place(
        S3Sources(client, uploads_bucket),
        S3ObjectStore(client, uploads_bucket),
        acme,
        lambda key, content: client.put_object(Bucket=acme, Key=key, Body=content, Tagging="kind=export"),
        lambda key: client.delete_object(Bucket=acme, Key=key),
    )


def _copies_as_on_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto by itself copies whatever stands at the key; the local cloud's patch of it does as AWS does."""
    importlib.import_module("infra.local.services.s3.patches")
    (patch,) = [one for one in PATCHES if one.title == "moto.s3.responses.S3Response.copy_object"]
    if not patch.applied:
        monkeypatch.setattr(patch.owner, patch.name, patch.make(vars(patch.owner)[patch.name]))


def test_objects_below_a_prefix_are_listed_in_the_order_of_their_keys_bytes(place: Place) -> None:
    for key in ("a/z", "a/é", "a/B", "a/b/c", "ab/x", "b"):
        place.write(key, b"x")
    assert place.keys("a/") == ["a/B", "a/b/c", "a/z", "a/é"]
    assert place.keys() == ["a/B", "a/b/c", "a/z", "a/é", "ab/x", "b"]
    assert place.keys("a/", "a/b/c") == ["a/z", "a/é"]
    assert place.keys("a/", "a/z") == ["a/é"]
    assert place.keys("a/", "a/é") == []
    assert place.keys("c/") == []


def test_a_listed_object_says_its_size_and_what_tells_it_from_others(place: Place) -> None:
    place.write("a", b"first")
    first = place.only()
    assert (first.key, first.size, first.modified.tzinfo is not None) == ("a", 5, True)
    assert '"' not in first.etag
    place.write("a", b"second one")
    assert place.only().size == 10
    assert place.only().etag != first.etag


def test_a_long_listing_comes_in_pages_and_says_which_is_the_last(place: Place) -> None:
    for key in "abcd":
        place.write(key, b"x")
    first = place.sources.listing(place.bucket, "", None)
    second = place.sources.listing(place.bucket, "", first.objects[-1].key)
    assert ([found.key for found in first.objects], first.is_last) == (["a", "b", "c"], False)
    assert ([found.key for found in second.objects], second.is_last) == (["d"], True)


def test_a_page_that_is_just_full_is_the_last(place: Place) -> None:
    for key in "abc":
        place.write(key, b"x")
    assert place.sources.listing(place.bucket, "", None).is_last


def test_a_copy_is_there_as_a_version_of_the_uploads(place: Place) -> None:
    place.write("a b/é+1.csv", b"content")
    version = place.sources.copy(place.bucket, place.only(), "raw/orders/a.csv")
    assert place.uploads.get("raw/orders/a.csv", version) == b"content"
    again = place.sources.copy(place.bucket, place.only(), "raw/orders/a.csv")
    assert again != version, "a second copy is a version of its own"
    assert place.uploads.get("raw/orders/a.csv", again) == b"content"


def test_what_was_written_again_since_it_was_listed_is_not_copied(place: Place) -> None:
    place.write("a", b"first")
    listed = place.only()
    place.write("a", b"second")
    with pytest.raises(Conflict, match="not what was listed"):
        place.sources.copy(place.bucket, listed, "raw/orders/a.csv")
    assert list(place.uploads.keys("raw/")) == []


def test_what_is_gone_since_it_was_listed_is_not_copied(place: Place) -> None:
    place.write("a", b"first")
    listed = place.only()
    place.delete("a")
    with pytest.raises(Conflict):
        place.sources.copy(place.bucket, listed, "raw/orders/a.csv")


def test_a_bucket_that_is_not_there_is_not_found(place: Place) -> None:
    with pytest.raises(NotFound, match="no bucket 'elsewhere'"):
        place.sources.listing("elsewhere", "a/", None)
