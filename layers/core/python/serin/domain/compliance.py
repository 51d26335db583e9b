"""What rules and money ask of a model, whatever it predicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from serin.domain.personal import Treatment

Risk = Literal["minimal", "limited", "high"]
"""How much harm a wrong answer does, by the people who answer for it; before `high` goes live, people must agree."""


@dataclass(frozen=True)
class Compliance:
    """Where the model's data may lie, and how long what callers ask and are answered is kept; None: nobody asks.

    `personal_data` says what becomes of columns that say who somebody is, before anything of a file is kept.
    """

    region: str | None = None
    retention: timedelta | None = None
    # None, and not an empty one, keeps the digest of a charter that does not speak of it.
    personal_data: Mapping[str, Treatment] | None = None

    @property
    def hashed(self) -> frozenset[str]:
        """The columns of which digests are kept in place of values."""
        return frozenset(name for name, treatment in (self.personal_data or {}).items() if treatment == "hash")


@dataclass(frozen=True)
class Budget:
    """What a month of the model may cost, and how many calls a second it is meant for; None: nobody says."""

    usd_per_month: float | None = None
    requests_per_second: int | None = None


def shortest(spans: Iterable[timedelta | None]) -> timedelta | None:
    """The retention of what several share: whoever asks for the shortest is promised it."""
    asked = [span for span in spans if span is not None]
    return min(asked) if asked else None
