"""What flights are joined with: the model's own views, and last values of flights that became known late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from serin.domain.charter import Charter, View

_WEEK, _HOURS = timedelta(days=7), timedelta(hours=6)
# A carrier's flights land in another order than they leave in: what is known last is often not the newest.
LATE = (
    View("landing", "plane", "flights", ("arr_delay", "distance"), "landed_utc", "landed_utc", _WEEK),
    View("departure", "carrier", "flights", ("dep_delay", "arr_delay"), "departed_utc", "landed_utc", _HOURS),
)


def last_values(charter: Charter) -> tuple[View, ...]:
    """The model's views of last and static values, and two of flights."""
    return (*(view for view in charter.features.views if not view.windows), *LATE)


def windowed(charter: Charter) -> tuple[View, ...]:
    """The model's views that count events over windows."""
    return tuple(view for view in charter.features.views if view.windows)


def as_words(charter: Charter, views: Sequence[View]) -> list[Mapping[str, Any]]:
    """The views for programs that know nothing of a charter; `ttl` in seconds."""
    return [
        {
            "name": view.name,
            "key": list(charter.features.entities[view.entity]),
            "source": view.source,
            "values": list(view.last),
            "event": view.event_time,
            "created": view.created_time,
            "ttl": view.ttl.total_seconds() if view.ttl else None,
        }
        for view in views
    ]
