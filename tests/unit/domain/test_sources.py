from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from serin.domain.datasets import raw_file
from serin.domain.errors import TooLarge
from serin.domain.sources import LARGEST_COPY, Acquired, SourceObject, raw_key
from tests.builders import NOON


def an_object(key: str = "shop/2013-01.csv", **parts: object) -> SourceObject:
    return replace(SourceObject(key, "e1", NOON, 10), **parts)  # type: ignore[arg-type]


def named(found: SourceObject) -> str:
    return raw_file(raw_key("orders", "acme", found), None, 1).name


@pytest.mark.parametrize(
    ("key", "begins", "ends"),
    [
        ("shop/2013-01.csv", "2013-01-", ".csv"),
        ("2013-01.csv.gz", "2013-01-", ".csv.gz"),
        ("a/b/c.parquet", "c-", ".parquet"),
        ("no-suffix", "no-suffix-", ""),
        ("a/January 2013 (1)+é.csv", "January-2013-1-", ".csv"),
        ("a/.hidden.csv", "object-", ".hidden.csv"),
        ("a/___.csv", "object-", ".csv"),
        ("a/..%2f..%2fetc.csv", "2f--2fetc-", ".csv"),
        ("a/a..b...csv", "a-", "csv"),
        ("part-00000-c5f1.snappy.parquet", "part-00000-c5f1-", ".snappy.parquet"),
        ("a/line\nbreak.csv", "line-break-", ".csv"),
        (f"a/{'x' * 900}.csv", "x" * 120 + "-", ".csv"),
    ],
)
def test_an_object_has_a_name_that_an_upload_may_have_and_keeps_its_suffixes(key: str, begins: str, ends: str) -> None:
    name = named(an_object(key))
    assert name.startswith(begins)
    assert name.endswith(ends)


def test_the_same_object_always_has_the_same_name_and_every_other_one_another() -> None:
    first = an_object()
    others = [
        an_object("shop/b/2013-01.csv"),
        an_object("shop2/2013-01.csv"),
        an_object(etag="e2"),
        an_object(modified=NOON + timedelta(seconds=1)),
    ]
    assert raw_key("orders", "acme", first) == raw_key("orders", "acme", an_object())
    names = {raw_key("orders", "acme", found) for found in (first, *others)} | {raw_key("orders", "other", first)}
    assert len(names) == 6


@given(key=st.text(min_size=1, max_size=300), etag=st.text(max_size=40))
def test_whatever_an_object_is_called_its_copy_has_a_name_that_an_upload_may_have(key: str, etag: str) -> None:
    assume(_is_utf_8(key + etag))
    found = raw_key("orders", "acme", an_object(key, etag=etag))
    assert raw_file(found, None, 1).dataset == "orders"
    assert found == raw_key("orders", "acme", an_object(key, etag=etag))


def _is_utf_8(text: str) -> bool:
    """As every key of S3 is."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def test_folders_and_empty_objects_are_no_files() -> None:
    assert an_object().is_file
    assert not an_object("shop/", size=0).is_file
    assert not an_object("shop/", size=3).is_file
    assert not an_object("shop/_SUCCESS", size=0).is_file


def test_an_object_is_known_by_key_content_and_time() -> None:
    found = an_object()
    marker = Acquired("orders", "acme", found.key, found.etag, found.modified, "raw", NOON, "c1", "r1")
    assert marker.is_of(found)
    assert marker.is_of(replace(found, size=11))
    assert not marker.is_of(replace(found, etag="e2"))
    assert not marker.is_of(replace(found, modified=NOON + timedelta(seconds=1)))


def test_a_key_is_repeated_so_that_no_terminal_obeys_it() -> None:
    with pytest.raises(TooLarge) as refused:
        an_object("shop/\x1b[2J\u202e.csv", size=LARGEST_COPY + 1).check_size()
    assert refused.value.message.startswith(r"shop/\x1b[2J\u202e.csv: 5,368")


def test_what_s3_does_not_copy_in_one_request_is_refused_with_the_numbers() -> None:
    an_object(size=LARGEST_COPY).check_size()
    with pytest.raises(TooLarge, match=r"5,368,709,121 bytes; S3 copies 5,368,709,120 in one"):
        an_object(size=LARGEST_COPY + 1).check_size()
