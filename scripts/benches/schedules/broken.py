"""A fact that does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = (
    Literal["rows lost", "rows doubled", "sequence", "record", "lake", "arrival", "event", "served online", "delivery"]
    | Literal["alias", "pointer", "lease", "parked", "verdict", "notice", "next release", "deploy"]
    | Literal["audit"]
)


@dataclass(frozen=True)
class Broken:
    """What kind of fact, how it is broken in one sentence, and how many times (rows, of rows)."""

    kind: Kind
    told: str
    times: int = 1
