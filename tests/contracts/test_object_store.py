from __future__ import annotations

import pytest

from serin.domain.errors import NotFound
from serin.ports import ObjectStore


def test_what_was_put_is_got(objects: ObjectStore) -> None:
    objects.put("a/b", b"content")
    assert objects.get("a/b") == b"content"


def test_a_key_nobody_wrote_is_not_found(objects: ObjectStore) -> None:
    with pytest.raises(NotFound, match="no object 'a/b'"):
        objects.get("a/b")


def test_keys_below_a_prefix_are_sorted(objects: ObjectStore) -> None:
    for key in ("x/2", "x/1", "y/1"):
        objects.put(key, b"")
    assert list(objects.keys("x/")) == ["x/1", "x/2"]
    assert list(objects.keys("z/")) == []
