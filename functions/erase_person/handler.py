"""A state of the erasure's workflow → the step of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serin.bootstrap import platform
from serin.domain.records import as_record
from serin.logs import logged
from serin.services.erase_person import Cursor, PersonEraser

ENOUGH_MS = 180_000
"""What the largest file takes: with less left, another call goes on."""


@logged("erase_person", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Take one step of an erasure, of which the event has the id and nothing else."""
    world = platform()
    eraser = PersonEraser(
        *(world.catalog.erasure(event["erasure"]), world.charters, world.contracts),
        uploads=world.erasable_uploads,
        lake=world.erasable_lake,
        catalog=world.catalog,
        salts=world.erasable_salts,
        online=world.erasable_online,
        events=world.events,
        clock=world.clock,
        logged=world.log_days,
    )
    steps: Mapping[str, Callable[[], dict[str, Any]]] = {
        "forget": lambda: forgotten(eraser),
        "close": lambda: closed(eraser),
        "sweep": lambda: swept(eraser, event, lambda: context.get_remaining_time_in_millis() > ENOUGH_MS),
        "end": lambda: {"versions": len(eraser.end(event["correlation"]).versions)},
    }
    return steps[event["step"]]()


def forgotten(eraser: PersonEraser) -> dict[str, Any]:
    """The salt is destroyed; where the sweep begins."""
    eraser.forget()
    return as_answer(Cursor())


def closed(eraser: PersonEraser) -> dict[str, Any]:
    """Whatever comes later is new; where the last sweep begins."""
    eraser.close()
    return as_answer(Cursor())


def swept(eraser: PersonEraser, event: Mapping[str, Any], has_time: Callable[[], bool]) -> dict[str, Any]:
    """Where to go on, or that all is done and the next sweep begins at the first place."""
    cursor = event["cursor"]
    return as_answer(eraser.sweep(Cursor(cursor["place"], cursor["after"]), has_time))


def as_answer(cursor: Cursor | None) -> dict[str, Any]:
    """The cursor as the workflow hands it on."""
    return {**as_record(cursor or Cursor()), "more": cursor is not None}
