"""What a stage costs a month while nobody calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from infra.cost.assumptions import Assumptions
from infra.cost.functions import calls, memory_of, scheduled
from infra.cost.lines import SECONDS, Line, Template, Term, resources_of
from infra.cost.watching import watching_of
from serin.domain import prices

POLLERS, POLL_SECONDS = 5, 20
"""Lambda's, of a queue that is empty: each asks again as soon as a long poll is over.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""
_KB_A_GB = 1024 * 1024


@dataclass(frozen=True)
class _Work:
    """What a function does each time a schedule calls it, with nothing new to do."""

    ms: float = 1000.0
    units: int = 0
    log_kb: float = 1.5


_WORK: Mapping[str, _Work] = {"reconcile": _Work(300.0, 20), "watch-model": _Work(2000.0, 20)}


def idle_of(templates: Sequence[Template], models: Sequence[str], assumed: Assumptions | None = None) -> list[Line]:
    """What watches, what polls, what schedules call, and what is kept."""
    return [*watching_of(templates, models), *standing_of(templates, models, assumed or Assumptions())]


def standing_of(templates: Sequence[Template], models: Sequence[str], assumed: Assumptions) -> list[Line]:
    """The same without what watches."""
    polls = POLLERS * SECONDS / POLL_SECONDS
    pollers = Line("idle", "pollers of a queue that is empty", None, (Term(polls, "polls", prices.QUEUE_REQUEST),))
    return [
        *(pollers for _ in resources_of(templates, "AWS::Lambda::EventSourceMapping")),
        *(_scheduled(templates, models, name, often) for name, often in _by_name(templates)),
        Line("idle", "data that is kept", None, (Term(assumed.stored_gb, "GB", prices.BUCKET_GB),)),
    ]


def _by_name(templates: Sequence[Template]) -> Iterator[tuple[str, float]]:
    """One function of several schedules, or targets of one, is one line."""
    often: dict[str, float] = {}
    for name, number in scheduled(templates):
        often[name] = often.get(name, 0.0) + number
    yield from often.items()


def _scheduled(templates: Sequence[Template], models: Sequence[str], name: str, often: float) -> Line:
    work = _WORK.get(name, _Work())
    model = next((model for model in models if name.endswith(f"-{model}")), None)
    terms = (
        *calls(often, work.ms, memory_of(templates, name)),
        *((Term(often * work.units, "reads", prices.READ_UNIT),) if work.units else ()),
        Term(often * work.log_kb / _KB_A_GB, "GB of log", prices.LOG_GB),
    )
    return Line("idle", f"{name}, by its schedule", model, terms)
