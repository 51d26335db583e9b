"""How sums, sentences and commands stand on a page."""

from __future__ import annotations

import pytest

from serin.pages.rendering import brief_usd, coded, shortened


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
