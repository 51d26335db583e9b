from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.domain.errors import Invalid
from serin.domain.names import checked_file, checked_name, digest

PARTS = st.lists(st.text(max_size=5), max_size=4)


@pytest.mark.parametrize("name", ["a", "flight-delay", "f1", "a" * 40])
def test_a_name_is_lower_case_letters_digits_and_hyphens(name: str) -> None:
    assert checked_name(name, "model") == name


@pytest.mark.parametrize("name", ["", "A", "1a", "-a", "a_b", "a/b", "a.b", "..", "a" * 41, "a\n", "ä", "a b"])
def test_another_name_is_refused_and_the_field_named(name: str) -> None:
    with pytest.raises(Invalid, match="is not a name") as caught:
        checked_name(name, "model")
    assert caught.value.field == "model"
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["2013-01.csv", "a.csv.gz", "A_b-c.parquet", "a" * 200])
def test_a_file_name_is_letters_digits_dots_hyphens_and_underscores(name: str) -> None:
    assert checked_file(name) == name


@pytest.mark.parametrize("name", ["", ".a", "..", "a..b", "a/b", "a\\b", "a b", "a" * 201, "a\n", "-a", "é.csv"])
def test_another_file_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="is not a file name"):
        checked_file(name)


def test_a_refused_name_is_shown_only_in_part() -> None:
    with pytest.raises(Invalid) as caught:
        checked_name("X" * 10_000, "model")
    assert len(caught.value.message) < 100


@given(PARTS, PARTS)
def test_only_equal_lists_have_equal_digests(one: list[str], other: list[str]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


def test_text_and_its_bytes_have_one_digest() -> None:
    assert digest("é", b"x") == digest("é".encode(), "x")
    assert digest("ab", "c") != digest("a", "bc")
