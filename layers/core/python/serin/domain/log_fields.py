"""What a line of a function's log may hold, for type checkers: `serin.logs` writes it, and loads none of this."""

from __future__ import annotations

from typing import TypedDict


class Fields(TypedDict, total=False):
    """All a line may say besides when, where and how long; what is not listed here is never written."""

    correlation: str
    step: str
    route: str
    key: str
    status: int
    model: str
    version: int
    run: str
    release: str
    cause: str
    dataset: str
    upload_id: str
    outcome: str
    kind: str
    message: str
    traceback: str
