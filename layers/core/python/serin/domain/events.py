"""Our own events, on our own bus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

EventName = Literal[
    "Upload Accepted",
    "Upload Rejected",
    "Features Built",
    "Features Refused",
    "Backfill Wanted",
    "Model Registered",
    "Release Abort Wanted",
    "Release Finished",
    "Drift Detected",
    "Performance Degraded",
]

SOURCE = "serin"
"""Whose events the platform's own functions send."""


def source_of(model: str | None) -> str:
    """Whose events a function sends: a model's own function sends its model's, so that it cannot speak for another.

    A policy can tell events apart by source and name, never by what is in them.
    """
    return SOURCE if model is None else f"{SOURCE}.{model}"


@dataclass(frozen=True)
class Event:
    """Something that happened. `detail` holds names and ids, never data; `correlation` says what it all began with."""

    name: EventName
    detail: Mapping[str, str | int]
    correlation: str
