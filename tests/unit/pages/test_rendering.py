"""How sums, sentences and commands stand on a page."""

from __future__ import annotations

import re

import pytest

from serin.domain.plain_numbers import how_many
from serin.pages.rendering import TEMPLATES, brief_usd, coded, shortened


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        (0, "$0.00"),
        (20, "$20.00"),
        (1234.5, "$1,234.50"),
        (0.0145, "$0.0145"),
        (0.00000042, "$0.0000004"),
        (0.5, "$0.5"),
    ],
)
def test_money_is_told_to_the_cent_and_below_a_dollar_by_what_matters_of_it(usd: float, said: str) -> None:
    assert brief_usd(usd) == said


def test_what_stands_between_backticks_is_code_and_everything_is_escaped() -> None:
    assert coded("Start it: `serin train <m>`.") == "Start it: <code>serin train &lt;m&gt;</code>."
    assert coded("an odd ` <b>") == "an odd ` &lt;b&gt;"


def test_a_long_sentence_is_cut_where_a_table_has_no_more_room() -> None:
    assert shortened("as it is") == "as it is"
    assert len(shortened("x" * 1000)) == 160
    assert shortened("x" * 1000).endswith("…")


@pytest.mark.parametrize(
    ("number", "nouns", "said"),
    [
        (1, ("row",), "1 row"),
        (0, ("row",), "0 rows"),
        (1234, ("row",), "1,234 rows"),
        (2, ("entity",), "2 entities"),
        (2, ("day",), "2 days"),
        (2, ("class",), "2 classes"),
        (1, ("row is", "rows are"), "1 row is"),
        (3, ("row is", "rows are"), "3 rows are"),
    ],
)
def test_a_count_goes_with_its_noun(number: int, nouns: tuple[str, ...], said: str) -> None:
    assert how_many(number, *nouns) == said


def test_no_page_counts_by_a_noun_of_its_own() -> None:
    written = {file.name: file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.html")}
    by_hand = re.compile(r"\| (?:count|length) \}\} [a-z]+s\b|\| how_many")
    found = {name: by_hand.findall(text) for name, text in written.items()}
    assert sum(one == "| how_many" for hits in found.values() for one in hits) > 10, "the test looked at nothing"
    assert {name: hits for name, hits in found.items() if set(hits) - {"| how_many"}} == {}
