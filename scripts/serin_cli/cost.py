"""`serin cost`: what a model costs a month for so many requests a day, line by line, beside SageMaker endpoints."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.cost.assumptions import Assumptions
from infra.cost.bill import Bill, Compared, bill_of
from infra.cost.lines import Kind, Line, Template
from serin.domain import prices
from serin.domain.errors import Invalid, NotFound
from serin.files.models import read_models
from serin_cli import story
from serin_cli.commands import MODELS

_MOST = 1_000_000_000
_TITLES: Mapping[Kind, str] = {
    "idle": "Whether anybody calls or not",
    "requests": "For so many requests",
    "trainings": "For trainings and releases",
}


def arguments() -> tuple[tuple[str, dict[str, Any]], ...]:
    """What follows `serin cost`."""
    stated = Assumptions()
    return (
        ("model", {"help": "the model's name"}),
        ("--requests-per-day", {"type": float, "required": True, "metavar": "N", "help": "calls of its endpoint"}),
        ("--ms", {"type": float, "default": stated.call_ms, "help": "how long a warm call takes (default: 20)"}),
        (
            "--training-seconds",
            {
                "type": float,
                "default": stated.training_seconds,
                "metavar": "S",
                "help": "of a training's functions (default: 60)",
            },
        ),
        ("--stage", {"metavar": "S", "help": "the stage of cdk.json (default: the one named there)"}),
    )


def cost(arguments: Namespace) -> Any:
    """The bill as tables with its assumptions, or all of it with --json."""
    for name in ("requests_per_day", "ms", "training_seconds"):
        if not 0 <= getattr(arguments, name) <= _MOST:
            option = f"--{name.replace('_', '-')}"
            raise Invalid(f"{option} is {getattr(arguments, name):g}.", f"Name a number from 0 to {_MOST:,}.", option)
    charters = {model.charter.model: model.charter for model in read_models(MODELS)}
    if arguments.model not in charters:
        raise NotFound(f"There is no model {arguments.model!r} here.", f"Name one of: {', '.join(charters)}.")
    assumed = Assumptions(call_ms=arguments.ms, training_seconds=arguments.training_seconds)
    templates = templates_of(arguments.stage)
    bill = bill_of(templates, list(charters), charters[arguments.model], arguments.requests_per_day, assumed)
    if arguments.print_json:
        return as_json(bill, assumed)
    _print(bill, assumed)
    return None


def templates_of(stage: str | None) -> Sequence[Template]:
    """The templates of the stage as this checkout makes them; an assembly that is there already is not made again."""
    # The CDK takes a second to load, which no other command should pay for.
    from serin_cli.prepare import prepare

    with story.bar("synthesising the stacks"):
        folder = prepare(stage)
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.template.json"))]


def as_json(bill: Bill, assumed: Assumptions) -> Mapping[str, Any]:
    """The bill with its prices' day and sources, its assumptions and its terms."""
    return {
        "model": bill.model,
        "requests_per_day": bill.requests_per_day,
        "prices_of": prices.AS_OF.isoformat(),
        "sources": dict(prices.SOURCES),
        "assumptions": list(assumed.said()),
        "lines": [_record(line) for line in bill.lines],
        "idle": bill.of_kind("idle"),
        "requests": bill.of_kind("requests"),
        "trainings": bill.of_kind("trainings"),
        "together": bill.usd,
        "compared": [
            {
                **_record(one.line),
                "assumes": list(one.assumes),
                "dearer_from_requests_per_day": one.dearer_from,
                "answering_dearer_from_requests_per_day": one.answering_from,
            }
            for one in bill.compared
        ],
    }


def _record(line: Line) -> dict[str, Any]:
    terms = [{"amount": term.amount, "unit": term.unit, "price": term.price} for term in line.terms]
    return {"kind": line.kind, "what": line.what, "model": line.model, "terms": terms, "usd": line.usd}


def _print(bill: Bill, assumed: Assumptions) -> None:
    story.say(f"A month of {bill.model} in USD, {bill.requests_per_day:,g} requests a day, alone on its stage")
    for kind, title in _TITLES.items():
        story.chapter(f"{title}: ${bill.of_kind(kind):,.2f}")
        story.show_table(list(_rows(bill, kind)), ("what", "USD", "how"))
    story.chapter(f"Together ${bill.usd:,.2f}. The same calls elsewhere")
    for one in bill.compared:
        story.say(f"- {one.line.what}: {one.line.arithmetic} = ${one.line.usd:,.2f}. {_said(one)}")
        for assumption in one.assumes:
            story.say(f"  {assumption}")
    story.say("They are an endpoint and nothing else: no alarms, log of predictions, features, trainings or releases.")
    for assumption in assumed.said():
        story.say(f"Assumed: {assumption}")
    story.say(f"List prices of us-east-1 by {prices.AS_OF:%d %B %Y}, without free shares: they change, so check them:")
    for service, address in prices.SOURCES.items():
        story.say(f"  {service}: {address}")


def _rows(bill: Bill, kind: Kind) -> Iterator[dict[str, str]]:
    for line in bill.lines:
        if line.kind == kind:
            whose = "" if line.model else " (shared)"
            yield {"what": line.what + whose, "USD": f"{line.usd:.2f}", "how": line.arithmetic}


def _said(one: Compared) -> str:
    whole, answering = _from(one.dearer_from), _from(one.answering_from)
    return f"All of Serin costs more {whole}; what answers calls alone does {answering}."


def _from(number: float | None) -> str:
    if number is None:
        return "at no number of requests"
    if not number:
        return "at every number of requests"
    return f"from {number:,.0f} requests a day on" if number > 1.5 else "from the first request a day on"
