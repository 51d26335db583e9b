from __future__ import annotations

from itertools import accumulate
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serin.data.files import lines
from serin.data.files.lines import find_lines
from serin.domain.errors import Rejected, SerinError

SIGNS = st.text(alphabet='ab",\r\n', max_size=40)


def found(text: str, block: int = 1024, most: int = 1000, whole: bool = True) -> list[tuple[str, int, bool]]:
    body = text.encode()
    with mock.patch.object(lines, "_BLOCK", block):
        seen = find_lines("a.csv", np.frombuffer(body, dtype=np.uint8), most, whole=whole)
    places = zip(seen.starts, seen.ends, seen.commas, seen.blank, strict=True)
    return [(body[start:end].decode(), int(commas), bool(blank)) for start, end, commas, blank in places]


def read_by_hand(text: str) -> list[tuple[str, int, bool]] | int:
    """The same, sign by sign as RFC 4180 says; the number of the first row with an odd quote where there is one."""
    rows, row, commas, quoted, at = [], "", 0, False, 0
    while at < len(text):
        sign = text[at]
        if quoted and text[at : at + 2] == '""':
            row, at = row + '""', at + 2
            continue
        if sign == '"':
            behind = text[at + 1 : at + 2]
            fits = behind in ("", ",", "\r", "\n") if quoted else not row or row[-1] == ","
            if not fits:
                return len(rows) + 1
            quoted = not quoted
        if sign == "\n" and not quoted:
            rows.append((row, commas, row in ("", "\r")))
            row, commas = "", 0
        else:
            commas += sign == "," and not quoted
            row += sign
        at += 1
    if quoted:
        return len(rows) + 1
    return [*rows, (row, commas, row in ("", "\r"))] if row or not text else rows


@settings(max_examples=4 * settings.default.max_examples)
@given(text=SIGNS, block=st.sampled_from([1, 2, 3, 7, 1024]))
def test_lines_are_found_as_rfc_4180_says_wherever_a_block_ends(text: str, block: int) -> None:
    expected = read_by_hand(text)
    if isinstance(expected, int):
        with pytest.raises(Rejected, match=f"row {expected} has a quote that neither"):
            found(text, block)
    else:
        assert found(text, block) == expected


@settings(max_examples=4 * settings.default.max_examples)
@given(text=SIGNS, block=st.sampled_from([1, 3, 1024]), most=st.integers(1, 3))
def test_lines_found_a_few_at_a_time_are_those_found_at_once(text: str, block: int, most: int) -> None:
    expected = read_by_hand(text)
    if isinstance(expected, int):
        return
    rows, left = [], text
    while left:
        few = found(left, block, most)
        rows += few
        left = left[sum(len(row) + 1 for row, _, _ in few) :]
    assert rows == (expected if text else [])


@settings(max_examples=4 * settings.default.max_examples)
@given(text=SIGNS, cut=st.integers(0, 40), block=st.sampled_from([1, 3, 1024]))
def test_of_a_body_that_goes_on_only_lines_that_end_are_found(text: str, cut: int, block: int) -> None:
    expected = read_by_hand(text)
    if isinstance(expected, int):
        return
    ends = accumulate(len(row) + 1 for row, _, _ in expected)
    ended = sum(end <= min(cut, len(text)) for end in ends)
    assert found(text[:cut], block, whole=False) == expected[:ended]


def test_lines_behind_the_last_wanted_are_not_looked_at() -> None:
    assert found('a\nb\nc\n"', block=6, most=2) == [("a", 0, False), ("b", 0, False)]


def test_a_quote_that_is_never_closed_is_told_by_its_row() -> None:
    with pytest.raises(SerinError, match="row 3 has"):
        found('a\n"b\nc"\nd,"e\nf\n', block=2)
