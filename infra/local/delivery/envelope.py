"""The envelope of an event, and moments as AWS writes them: all of the cloud's clock."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from infra.local.wiring import ACCOUNT, wiring


def event(
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    *,
    region: str,
    resources: Sequence[str] = (),
    at_s: float | None = None,
) -> dict[str, Any]:
    """An event as a bus carries it, of now or of a moment in seconds of the epoch.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    """
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": to_the_second(at_s),
        "region": region,
        "resources": list(resources),
        "detail": dict(detail),
    }


def to_the_second(at_s: float | None = None) -> str:
    """`2013-05-01T08:00:00Z`"""
    return _moment(at_s).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_the_millisecond(at_s: float | None = None) -> str:
    """`2013-05-01T08:00:00.000Z`"""
    return _moment(at_s).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(at_s: float | None) -> datetime:
    return wiring().clock.now() if at_s is None else datetime.fromtimestamp(at_s, UTC)
