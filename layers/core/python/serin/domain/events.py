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
    "Release Finished",
]


@dataclass(frozen=True)
class Event:
    """Something that happened. `detail` holds names and ids, never data; `correlation` says what it all began with."""

    name: EventName
    detail: Mapping[str, str | int]
    correlation: str
