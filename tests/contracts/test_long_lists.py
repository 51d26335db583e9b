"""Lists longer than one answer of AWS are read to their end: a megabyte of DynamoDB's, a thousand keys of S3's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain.datasets import DatasetHead
from serin.domain.sources import Acquired
from serin.ports import Catalog, ObjectStore
from tests.builders import NOON, a_part, a_run, an_upload

MODEL = "late-orders"
LONG = "x" * 200_000
"""Eight records with it are more than one answer holds."""


def test_all_records_of_a_partition(catalog: Catalog) -> None:
    for number in range(8):
        catalog.begin_run(a_run(id=f"r{number}", at=NOON + timedelta(hours=number), reason=LONG))
    names = [f"r{number}" for number in range(8)]
    assert [run.id for run in catalog.runs(MODEL)] == names
    assert [run.id for run in catalog.latest_runs(MODEL).items] == names[::-1]


def test_a_page_is_as_long_as_it_was_asked_for(catalog: Catalog) -> None:
    for number in range(8):
        catalog.begin_run(a_run(id=f"r{number}", at=NOON + timedelta(hours=number), reason=LONG))
    first = catalog.latest_runs(MODEL, limit=7)
    assert [run.id for run in first.items] == ["r7", "r6", "r5", "r4", "r3", "r2", "r1"]
    assert [run.id for run in catalog.latest_runs(MODEL, limit=7, after=first.next).items] == ["r0"]


def test_all_records_below_a_prefix(catalog: Catalog) -> None:
    head = DatasetHead("flights")
    for number in range(1, 9):
        upload = an_upload(str(number).encode(), sequence=number)
        assert catalog.record_accepted(upload, replace(a_part(upload, number), key=LONG), head)
        head = catalog.head("flights")
    assert [part.sequence for part in catalog.parts("flights")] == list(range(1, 9))


def test_all_records_between_two_keys(catalog: Catalog) -> None:
    for number in range(8):
        acquired = Acquired("orders", "acme", f"k{number}", "e", NOON, "raw/orders/x.csv", NOON, "c1", LONG)
        catalog.note_acquired(acquired)
    assert [item.key for item in catalog.acquired("orders", "acme", "k1", "k6")] == [f"k{n}" for n in range(1, 7)]


@pytest.mark.slow
@pytest.mark.parametrize("where", ["memory", "aws"], indirect=True)
def test_all_keys_of_a_bucket(objects: ObjectStore) -> None:
    names = [f"a/{number:04}" for number in range(1005)]
    for name in names:
        objects.put(name, b"")
    objects.put("b", b"")
    assert list(objects.keys("a/")) == names
