"""Moments within what AWS tells, as numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def in_milliseconds(value: Any) -> Any:
    """The value with each moment in it, however deep, in milliseconds since 1970: as events and executions have it."""
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if isinstance(value, dict):
        return {name: in_milliseconds(one) for name, one in value.items()}
    return [in_milliseconds(one) for one in value] if isinstance(value, list) else value
