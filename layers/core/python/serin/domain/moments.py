"""Moments as text, in the one form that records, logs and answers have them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment_text(moment: datetime) -> str:
    """ISO 8601 in UTC, such as `2013-04-01T12:00:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
