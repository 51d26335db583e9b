from __future__ import annotations

from dataclasses import replace

import pytest

from serin.domain.datasets import DatasetHead, RawFile, raw_file, upload_id
from serin.domain.errors import Invalid
from tests.builders import a_part, an_upload

FIRST = a_part(an_upload(), 1)
SECOND = replace(FIRST, sequence=2, upload_id="u2", digest="d2", rows=5)


def test_a_head_counts_the_rows_of_its_parts() -> None:
    head = DatasetHead("flights").after(FIRST).after(SECOND)
    assert (head.dataset, head.sequence, head.rows) == ("flights", 2, 7)


def test_a_heads_digest_says_which_parts_came_in_which_order() -> None:
    empty = DatasetHead("flights")
    one = empty.after(FIRST).after(SECOND)
    swapped = empty.after(replace(SECOND, sequence=1)).after(replace(FIRST, sequence=2))
    assert one == empty.after(FIRST).after(SECOND)
    assert len({empty.digest, empty.after(FIRST).digest, one.digest, swapped.digest}) == 4


@pytest.mark.parametrize(
    "part", [SECOND, replace(FIRST, sequence=0), replace(FIRST, dataset="planes")], ids=["gap", "back", "other"]
)
def test_a_part_that_is_not_the_next_one_is_refused(part: object) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        DatasetHead("flights").after(part)  # type: ignore[arg-type]


def test_every_row_of_an_upload_is_accepted_or_in_quarantine() -> None:
    with pytest.raises(ValueError, match=r"4 rows in, 2 \+ 1 \+ 0 \+ 0 out"):
        an_upload(rows=4)


def test_the_same_content_is_the_same_upload_of_one_dataset_only() -> None:
    assert upload_id("flights", b"a") == upload_id("flights", b"a")
    assert len({upload_id("flights", b"a"), upload_id("flights", b"b"), upload_id("planes", b"a")}) == 3


def test_a_raw_file_is_named_by_its_key() -> None:
    found = raw_file("raw/flights/2013-01.csv", "v1", 3)
    assert found == RawFile("flights", "2013-01.csv", "raw/flights/2013-01.csv", "v1", 3)


@pytest.mark.parametrize(
    "key",
    ["", "raw", "raw/flights", "raw/flights/", "raw//a.csv", "other/flights/a.csv", "raw/flights/a/b", "/raw/f/a"],
)
def test_another_key_is_not_an_upload(key: str) -> None:
    with pytest.raises(Invalid):
        raw_file(key, None, 1)
