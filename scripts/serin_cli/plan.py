"""`serin plan`: what making a model's next training set would take, before anything of it is begun."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from serin.domain.cut_plan import CutPlan, PlannedPiece
from serin.domain.records import from_record
from serin_cli import story
from serin_cli.commands import connected

CARRIERS: Mapping[str, str] = {
    "whole": "in one go, by the function that builds training sets",
    "process": "in pieces, one after the other, by the function that builds training sets",
    "map": "in pieces, by functions that Step Functions calls as a distributed map",
}


def show_plan(arguments: Namespace) -> Any:
    """The pieces by round as a table, and what it all comes to; with --json every piece."""
    with connected() as client:
        answer = client.get(f"/models/{arguments.model}/plan")
    if arguments.print_json:
        return answer
    plan = from_record(CutPlan, answer)
    lines = list(rounds_of(plan.pieces))
    if lines:
        story.show_table(lines, list(lines[0]))
    for sentence in sentences_of(plan):
        story.out.print(Text(sentence), soft_wrap=True)
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


def sentences_of(plan: CutPlan) -> Iterator[str]:
    """What the plan comes to, or why nothing of it is begun."""
    if plan.refused:
        yield f"Refused: {plan.refused}"
        return
    yield (
        f"At most {plan.rows:,} rows of {plan.columns} columns, made {CARRIERS.get(plan.carrier, plan.carrier)}: about "
        f"{plan.seconds:,.0f} s of functions and ${plan.usd:,.2f}."
    )
    if plan.doubt:
        yield f"If all of them have a label, no function trains on them: {plan.doubt}"
