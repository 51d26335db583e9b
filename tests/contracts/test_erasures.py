"""What an erasure asks of the world: old versions, items and salts that go for good, and records that change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from serin.domain.datasets import DatasetHead, head_of
from serin.domain.erasures import Ending, Erasure
from serin.domain.errors import NotFound
from serin.ports import Catalog, ErasableFeatures, ErasableStore
from tests.builders import NOON, a_part, an_upload
from tests.contracts.test_online_features import JFK, a_bucket, weather

ERASURE = Erasure("e1", "customer", "d1", ("flights",), ("delay",), "dora", NOON, pseudonym="pd-1")
LARGE = 300_000


def test_every_version_of_a_key_is_told_and_goes_for_good(objects: Any, tmp_path: Path) -> None:
    store: ErasableStore = objects
    for key, content in (("raw/a", b"1"), ("raw/a", b"2"), ("raw/b", b"3"), ("rest", b"4")):
        store.put(key, content)
    first, second = [list(versions) for versions in store.versions("raw/")]
    assert [[one.key for one in versions] for versions in (first, second)] == [["raw/a", "raw/a"], ["raw/b"]]
    assert [store.get(one.key, one.id) for one in first if one.latest] == [b"2"]
    assert [[one.key for one in versions] for versions in store.versions("raw/", "raw/a")] == [["raw/b"]]
    (old,) = [one for one in first if not one.latest]
    for _ in range(2):
        store.delete_version(old)
    with pytest.raises(NotFound):
        store.get(old.key, old.id)
    assert store.get("raw/a") == b"2"
    for version in [*first, *second]:
        store.delete_version(version)
    assert list(store.versions("raw/")) == []
    assert store.keys("") == ["rest"]


def test_an_item_goes_with_all_its_pieces(online: Any) -> None:
    store: ErasableFeatures = online
    bucket = a_bucket(*range(LARGE // 10))
    online.write([weather(1.0)])
    online.write_buckets([bucket])
    assert online.read([JFK, bucket.key]).keys() == {JFK, bucket.key}
    assert store.forget([JFK.id, bucket.key.id, "nothing"]) == 2
    assert online.read([JFK, bucket.key]) == {}
    assert store.forget([JFK.id]) == 0


def test_an_erasure_is_remembered_as_it_was_said_last(catalog: Catalog) -> None:
    with pytest.raises(NotFound):
        catalog.erasure("e1")
    ended = replace(ERASURE, status="ended", pseudonym=None, erased={"rows": 2}, endings=(Ending("logs", NOON),))
    for erasure in (ERASURE, replace(ERASURE, id="e2"), ended):
        catalog.save_erasure(erasure)
    assert catalog.erasure("e1") == ended
    assert [one.id for one in catalog.erasures()] == ["e1", "e2"]


def test_content_that_is_left_of_an_upload_is_known_as_that(catalog: Catalog) -> None:
    assert catalog.rewritten("flights", "b") is None
    catalog.note_rewritten("flights", "b", "a")
    assert catalog.rewritten("flights", "b") == "a"
    assert catalog.rewritten("planes", "b") is None


def test_a_part_and_its_upload_change_together_and_the_head_only_as_it_was_read(catalog: Catalog) -> None:
    upload = an_upload()
    catalog.record_accepted(upload, a_part(upload), DatasetHead("flights"))
    before = catalog.head("flights")
    part = a_part(upload).erased("e1", 1, 10, {})
    catalog.replace_part(part, replace(upload, accepted=1, erased=1))
    after = head_of(before, catalog.parts("flights"))
    assert (after.rows, after.sequence) == (1, 1)
    assert after.digest != before.digest
    assert catalog.replace_head(after, before)
    assert not catalog.replace_head(after, before)
    assert catalog.head("flights") == after
    assert catalog.upload("flights", upload.id) == replace(upload, accepted=1, erased=1)
    assert [one.id for one in catalog.latest_uploads("flights").items] == [upload.id]
    # Nobody who has read the head before records anything.
    late = an_upload(b"b", sequence=2)
    assert not catalog.record_accepted(late, a_part(late, 2), before)
