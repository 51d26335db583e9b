from __future__ import annotations

from serin_cli.plan import rounds_of, sentences_of
from tests.unit.domain.test_cut_plan import EVER, FLOW, plan, table


def test_a_line_a_round_says_how_many_pieces_and_the_largest() -> None:
    made = plan(table("orders", 500), table("shops", 6_000), FLOW)
    lines = list(rounds_of(made.pieces))
    assert [(line["round"], line["of"]) for line in lines] == [
        ("deal", "orders"),
        ("deal", "shops"),
        ("derive", "orders"),
        ("derive", "shops"),
        ("look up", "shop-in-time"),
        ("gather", "shard"),
    ]
    assert sum(int(line["pieces"]) for line in lines) == len(made.pieces)


def test_the_last_words_say_time_and_money_or_why_nothing_is_begun() -> None:
    made = plan(table("orders", 500), table("shops", 6_000), FLOW)
    assert f"${made.usd:,.2f}" in next(sentences_of(made))
    refused = plan(table("orders", 500), table("shops", 6_000, largest=0.6), EVER)
    assert list(sentences_of(refused)) == [f"Refused: {refused.refused}"]
