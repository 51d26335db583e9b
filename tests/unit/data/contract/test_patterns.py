"""Patterns mean what ECMA-262 says, whose digits, letters and borders of words are those of ASCII."""

from __future__ import annotations

import polars as pl
import pytest

from serin.data.contract.patterns import as_engine_reads

TEXTS = ("7", "\u0663", "a", "é", "_", "-", "\\d", "a b", "aé", "]")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"^\d$", ["7"]),
        (r"^\D$", ["\u0663", "a", "é", "_", "-", "]"]),
        (r"^\w$", ["7", "a", "_"]),
        (r"^[^\w]$", ["\u0663", "é", "-", "]"]),
        (r"^[\W\d]$", ["7", "\u0663", "é", "-", "]"]),
        (r"^[\w-]$", ["7", "a", "_", "-"]),
        (r"^[\w-\]]$", ["7", "a", "_", "-", "]"]),
        (r"^[]\d]$", ["7", "]"]),
        (r"^\\d$", ["\\d"]),
        (r"a\b", ["a", "a b", "aé"]),
        (r"a\B", []),
        (r"^[[a-b][\d]]$", ["7", "a"]),
        (r"^\p{Nd}$", ["7", "\u0663"]),
    ],
)
def test_sets_and_borders_are_those_of_ascii_and_all_else_is_as_it_was(pattern: str, found: list[str]) -> None:
    texts = pl.Series(TEXTS)
    assert texts.filter(texts.str.contains(as_engine_reads(pattern))).to_list() == found
