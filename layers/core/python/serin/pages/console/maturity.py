"""How mature the practice around a model is: each point with a link to the event that earns it, and the next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import quote

from serin.domain.maturity import NOT_TOLD, SECTIONS, Event, Maturity, Point
from serin.pages.frame import Frame
from serin.pages.rendering import rendered

_TITLES: Mapping[str, str] = {
    "1": "Level 1: trainings run by themselves",
    "2": "Level 2: so does delivery",
}
_WHAT: Mapping[str, str] = {"window": "window until", "upload": "upload"}


def maturity_page(seen: Maturity, frame: Frame) -> str:
    """The page."""
    return rendered(
        "console/maturity.html",
        frame,
        seen=seen,
        levels=[(_TITLES[name], *_shown(seen.model, points)) for name, points in seen.levels.items()],
        sections=[(name, *_shown(seen.model, seen.sections[name])) for name in SECTIONS],
        can_next=seen.next_step is not None and seen.next_step.how != NOT_TOLD,
    )


def event_path(model: str, event: Event) -> str:
    """Where the console shows the record of an event."""
    base = f"/console/models/{quote(model)}"
    match event.kind:
        case "upload":
            return f"/console/datasets/{quote(event.dataset or '')}#upload-{quote(event.id)}"
        case "run":
            return f"{base}/runs/{quote(event.id, safe='')}"
        case "release":
            return f"{base}/releases/{quote(event.id, safe='')}"
        case "window":
            return f"{base}/monitoring?window={date.fromisoformat(event.id) - timedelta(days=1)}"
        case "approval":
            return f"/console/approvals#approval-{quote(event.id)}"


def event_name(event: Event) -> str:
    """What a link to it says."""
    return f"{_WHAT.get(event.kind, event.kind)} {event.id[:12]}"


def _shown(model: str, points: Sequence[Point]) -> tuple[int, list[tuple[Point, Event | None, str, str]]]:
    """How many are earned, and each with its event, how that is called, and where it is."""
    lines = []
    for point in points:
        event = point.event or point.lapsed
        lines.append((point, event, "" if event is None else event_name(event), _path(model, event)))
    return sum(point.earned for point in points), lines


def _path(model: str, event: Event | None) -> str:
    return "" if event is None else event_path(model, event)
