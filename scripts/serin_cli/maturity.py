"""`serin maturity`: how mature the practice around a model is, by dated events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from serin.domain.maturity import SECTIONS, Maturity, Point
from serin.domain.records import from_record
from serin_cli import story
from serin_cli.client import Client, connected
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json


def maturity(
    model: Annotated[
        str | None, Parameter(completer=known.models, help="the model's name (default: every model)")
    ] = None,
    /,
    *,
    as_json: Json = False,
) -> Any:
    """Levels and tests of MLOps, each by the event that shows it."""
    with connected() as client:
        answers = [client.get(f"/models/{model}/maturity") for model in _models(client, model)]
    if as_json:
        return answers
    for answer in answers:
        shown = from_record(Maturity, answer)
        lines = [_line(group, point) for group, points in _groups(shown) for point in points]
        story.show_table(lines, list(lines[0]))
        for sentence in _sentences(shown):
            story.out.print(Text(sentence), soft_wrap=True)
    return None


def _models(client: Client, named: str | None) -> list[str]:
    return [named] if named else [str(model["model"]) for model in client.get("/models")["items"]]


def _groups(shown: Maturity) -> Iterator[tuple[str, tuple[Point, ...]]]:
    yield from ((f"level {level}", points) for level, points in shown.levels.items())
    yield from shown.sections.items()


def _line(group: str, point: Point) -> dict[str, Any]:
    event = point.event or point.lapsed
    return {
        "of": group,
        "step": point.step.id,
        "asks": point.step.asks,
        "shown": "yes" if point.earned else "lapsed" if event else "no",
        "event": None if event is None else f"{event.kind} {event.id}",
        "at": None if event is None else story.minute(event.at.isoformat()),
        "until": None if event is None else story.minute(event.until.isoformat()),
    }


def _sentences(shown: Maturity) -> Iterator[str]:
    scores = ", ".join(f"{name} {sum(point.earned for point in shown.sections[name])} of 7" for name in SECTIONS)
    yield f"{shown.model}: level {shown.level} of 2; ML Test Score {shown.test_score}, its weakest section ({scores})."
    if shown.enough:
        yield shown.enough
    elif shown.next_step is not None:
        yield f"Next: {shown.next_step.asks}. {shown.next_step.how}"
