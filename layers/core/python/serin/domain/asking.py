"""A call that asks for work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Asking:
    """Who asks, with which token, when, and in which call.

    `again` names what is asked where its caller may ask it again, having heard no answer: then it has one id.
    """

    by: str
    token: str
    at: datetime
    correlation: str
    again: str | None = None
