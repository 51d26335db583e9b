"""`serin plan`: what making a model's next training set would take, before anything of it is begun."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from serin.domain.account_quotas import needs_of, uses_of
from serin.domain.cut_carriers import PlannedPiece
from serin.domain.cut_plan import CutPlan
from serin.domain.plan_sentences import sentences_of
from serin.domain.records import as_record, from_record
from serin_cli import story
from serin_cli.account_quotas import account_quotas
from serin_cli.client import connected
from serin_cli.command_line.words import Json, Model
from serin_cli.connection import load


def show_plan(model: Model, /, *, as_json: Json = False) -> Any:
    """What making its next training set takes: pieces, by whom, time and money.

    And what more rows would bring, and what it asks of the account's quotas.
    """
    with connected() as client:
        answer = client.get(f"/models/{model}/plan")
    plan = from_record(CutPlan, answer)
    needs = needs_of(plan)
    quotas = list(uses_of(needs, *account_quotas(load(), needs)))
    if as_json:
        return {**answer, "quotas": [{**as_record(one), "sentence": one.sentence} for one in quotas]}
    lines = list(rounds_of(plan.pieces))
    if lines:
        story.show_table(lines, list(lines[0]))
    for sentence in sentences_of(plan):
        story.out.print(Text(sentence), soft_wrap=True)
    for quota in quotas:
        story.out.print(Text(f"Quota: {quota.sentence}"), soft_wrap=True)
    return None


def rounds_of(pieces: Sequence[PlannedPiece]) -> Iterator[dict[str, Any]]:
    """A line for each round and what it is about."""
    for each in dict.fromkeys(piece.round for piece in pieces):
        for of in dict.fromkeys(piece.of for piece in pieces if piece.round == each):
            members = [piece for piece in pieces if (piece.round, piece.of) == (each, of)]
            yield {
                "round": each.replace("_", " "),
                "of": of,
                "pieces": f"{len(members):,}",
                "rows of the largest": f"{max(piece.rows for piece in members):,}",
                "MB at once": f"{max(piece.memory for piece in members) / 1e6:,.0f}",
                "s of the longest": f"{max(piece.seconds for piece in members):,.0f}",
                "USD": f"{sum(piece.usd for piece in members):,.4f}",
            }
