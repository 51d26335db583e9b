"""`serin cost`: what a model costs a month for so many requests a day, line by line; --actual: what it has cost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from infra.cost.assumptions import Assumptions
from infra.cost.bill import Bill, Compared, bill_of
from infra.cost.lines import Kind, Line, Template
from serin.domain import prices
from serin.domain.actual_cost import ActualCost
from serin.domain.errors import Invalid, NotFound
from serin.domain.measurements import Estimate
from serin.domain.plain_numbers import counted, how_many
from serin.domain.records import from_record
from serin.files.models import read_models
from serin_cli import story
from serin_cli.checkout import MODELS
from serin_cli.client import connected
from serin_cli.command_line.words import Json, Model, Stage, option

_MOST = 1_000_000_000
_TITLES: Mapping[Kind, str] = {
    "idle": "Whether anybody calls or not",
    "requests": "For so many requests",
    "trainings": "For trainings and releases",
}


def cost(
    model: Model,
    /,
    *,
    requests_per_day: Annotated[float | None, option("N", "what so many calls a day would cost")] = None,
    actual: Annotated[bool, Parameter(help="what its calls and trainings have cost, by version")] = False,
    hours: Annotated[int, option("N", "with --actual: how far back (default: 168, a week)")] = 168,
    ms: Annotated[float, option("MS", "how long a warm call takes (default: 20)")] = Assumptions.call_ms,
    training_seconds: Annotated[
        float, option("S", "of a training's functions (default: 60)")
    ] = Assumptions.training_seconds,
    stage: Stage = None,
    as_json: Json = False,
) -> Any:
    """What a model would cost a month, line by line; --actual: what it has cost."""
    if actual == (requests_per_day is not None):
        raise Invalid(
            "`serin cost` was told both what to reckon and to measure."
            if actual
            else "`serin cost` was not told what to reckon.",
            "Give one of --requests-per-day N, what so many calls would cost, and --actual, what they have cost.",
        )
    if requests_per_day is None:
        return _actual(model, hours, as_json)
    numbers = {"--requests-per-day": requests_per_day, "--ms": ms, "--training-seconds": training_seconds}
    for name, number in numbers.items():
        if not 0 <= number <= _MOST:
            raise Invalid(f"{name} is {counted(number)}.", f"Name a number from 0 to {_MOST:,}.", name)
    charters = {one.charter.model: one.charter for one in read_models(MODELS)}
    if model not in charters:
        raise NotFound(f"There is no model {model!r} here.", f"Name one of: {', '.join(charters)}.")
    assumed = Assumptions(call_ms=ms, training_seconds=training_seconds)
    templates = templates_of(stage)
    bill = bill_of(templates, list(charters), charters[model], requests_per_day, assumed)
    if as_json:
        return record_of(bill, assumed)
    _print(bill, assumed)
    return None


def _actual(model: str, hours: int, as_json: bool) -> Any:
    """What was billed, as a table for people."""
    with connected() as client:
        record = client.get(f"/models/{model}/cost", hours=str(hours))
    if as_json:
        return record
    seen: ActualCost = from_record(ActualCost, record)
    lines = [_version_line(seen, place) for place in range(len(seen.versions))]
    if not lines:
        story.say(f"Nobody called {seen.model} from {story.minute(seen.since.isoformat())} on.")
    else:
        story.say(f"{seen.model} from {story.minute(seen.since.isoformat())} to {story.minute(seen.until.isoformat())}")
        story.show_table(lines, list(lines[0]))
    for sentence in _actual_sentences(seen):
        story.say(sentence)
    return None


def _version_line(seen: ActualCost, place: int) -> dict[str, Any]:
    of = seen.versions[place]
    return {
        "version": of.version or "none",
        "function": of.function_version,
        "calls": of.calls,
        "without a bill": of.unbilled,
        "USD": f"{of.usd:.6f}",
        "per 1,000": None if of.per_1000 is None else with_range(of.per_1000),
        "its training": None if of.training_usd is None else f"{of.training_usd:.4f}",
    }


def _actual_sentences(seen: ActualCost) -> Iterator[str]:
    if seen.files_left_out:
        yield (
            f"Not the hours that were asked for: the log's {seen.files_left_out:,} older files were too many to read, "
            "and their calls are not counted."
        )
    trainings = how_many(seen.trainings, "training")
    yield f"{trainings} of the last 30 days took ${seen.trainings_usd:.4f}."
    if seen.expected is not None:
        yield f"30 days like these, trainings included: ${with_range(seen.expected)}."
    if seen.budget is not None and seen.of_budget is not None:
        yield f"That is {100 * seen.of_budget:.3g} % of the budget of ${seen.budget:,.2f} a month."
    yield (
        "Measured is what Lambda bills for the endpoint and for trainings; alarms, the API, tables and files are in "
        f"`serin cost {seen.model} --requests-per-day {seen.a_day}`."
    )


def with_range(of: Estimate) -> str:
    """A sum in USD with its interval, where there is one."""
    interval = "" if of.low is None or of.high is None else f" ({of.low:.4g} to {of.high:.4g})"
    return f"{of.value:.4g}{interval}"


def templates_of(stage: str | None) -> Sequence[Template]:
    """The templates of the stage as this checkout makes them; an assembly that is there already is not made again."""
    # The CDK takes a second to load, which no other command should pay for.
    from serin_cli.prepare import prepare

    with story.bar("synthesising the stacks"):
        folder = prepare(stage)
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.template.json"))]


def record_of(bill: Bill, assumed: Assumptions) -> Mapping[str, Any]:
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
    story.say(f"A month of {bill.model} in USD, {counted(bill.requests_per_day)} requests a day, alone on its stage")
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
