from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from serin.domain.errors import NotFound
from serin.ports import ObjectStore
from tests.contracts.clouds import Aws

VersionOf = Callable[[str, bytes], str]


@pytest.fixture
def version_of(objects: ObjectStore, where: Aws | None) -> VersionOf:
    """Puts an object and tells its version, which is not the port's business."""

    def put(key: str, content: bytes) -> str:
        objects.put(key, content)
        if where is None:
            return {b"first": "1", b"second": "2"}[content]
        return str(where.client("s3").head_object(Bucket=where.name("bucket"), Key=key)["VersionId"])

    return put


def test_what_was_put_is_got(objects: ObjectStore) -> None:
    objects.put("a/b", b"content")
    assert objects.get("a/b") == b"content"


def test_objects_come_in_the_order_they_were_asked_for(objects: ObjectStore) -> None:
    names = [f"a/{number}" for number in range(23)]
    for name in names:
        objects.put(name, name.encode())
    asked = [*names[::-1], names[0]]
    assert list(objects.get_each(asked)) == [name.encode() for name in asked]
    assert list(objects.get_each([])) == []
    with pytest.raises(NotFound, match="no object 'a/b'"):
        list(objects.get_each([names[0], "a/b"]))


def test_a_key_nobody_wrote_is_not_found(objects: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no object 'a/b'"):
        objects.get("a/b")
    with pytest.raises(NotFound, match="no object 'a/b'"):
        objects.fetch("a/b", tmp_path / "file")


def test_what_is_there_is_told_without_reading_it(objects: ObjectStore) -> None:
    objects.put("a/b", b"first")
    first = objects.about("a/b")
    objects.put("a/b", b"second!")
    second = objects.about("a/b")
    assert (first.size, second.size) == (5, 7)
    assert first.etag != second.etag
    assert objects.get("a/b", first.version) == b"first"
    with pytest.raises(NotFound, match="no object 'a/c'"):
        objects.about("a/c")


def test_only_the_first_writes_where_nothing_is_yet(objects: ObjectStore) -> None:
    assert [objects.put_new("a/b", content) for content in (b"first", b"second")] == [True, False]
    assert objects.get("a/b") == b"first"


@pytest.mark.parametrize("size", [0, 5, 20_000_000])
def test_a_file_is_put_and_fetched_as_it_is_however_large(objects: ObjectStore, size: int, tmp_path: Path) -> None:
    content = random.Random(size).randbytes(size)
    (tmp_path / "there").write_bytes(content)
    objects.put_file("a/b", tmp_path / "there")
    objects.fetch("a/b", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content == objects.get("a/b")


def test_the_version_that_is_asked_for_is_fetched(objects: ObjectStore, version_of: VersionOf, tmp_path: Path) -> None:
    versions = [version_of("a/b", content) for content in (b"first", b"second")]
    for version, content in zip(versions, (b"first", b"second"), strict=True):
        objects.fetch("a/b", tmp_path / "file", version)
        assert (tmp_path / "file").read_bytes() == content == objects.get("a/b", version)
    objects.fetch("a/b", tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"second"


def test_keys_below_a_prefix_are_sorted(objects: ObjectStore) -> None:
    for key in ("x/2", "x/1", "y/1"):
        objects.put(key, b"")
    assert list(objects.keys("x/")) == ["x/1", "x/2"]
    assert list(objects.keys("x/", after="x/1")) == ["x/2"]
    assert list(objects.keys("x/", after="x/0")) == list(objects.keys("x/", after="w")) == ["x/1", "x/2"]
    assert list(objects.keys("z/")) == []
