"""Rules that look right, as people write them: the tables have to tell each from the rule of what was known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from serin.domain.charter import View
from serin.domain.known import Version, counting, known_at, latest

Rule = Callable[[View, Sequence[Version], tuple[Any, ...], datetime], Mapping[str, Any]]


def without_created_time(view: View, versions: Sequence[Version], entity: tuple[Any, ...], moment: datetime) -> Any:
    """Last values of the newest event there is, whenever it was created and whenever it is."""
    events = [version for version in latest(versions) if version.entity == entity and version.event is not None]
    if view.static or view.windows or not events:
        return known_at(view, versions, entity, moment)
    newest = max(enumerate(events), key=lambda item: (item[1].event, item[0]))[1]
    age = moment - newest.event if newest.event else None
    fresh = age is not None and age.total_seconds() >= 0 and (view.ttl is None or age <= view.ttl)
    return {name: newest.values[name] if fresh else None for name in view.values}


def latest_before_the_join(view: View, versions: Sequence[Version], entity: tuple[Any, ...], moment: datetime) -> Any:
    """Each row only as it was accepted last: a correction rewrites the past."""
    return known_at(view, latest(versions), entity, moment)


def running_float_sums(view: View, versions: Sequence[Version], entity: tuple[Any, ...], moment: datetime) -> Any:
    """A window's sum as what the entity had up to now less what it had up to where the window begins, in float64."""
    values = dict(known_at(view, versions, entity, moment))
    for window in view.windows:
        if window.do in ("sum", "mean") and values[window.name] is not None:
            known = [one for one in counting(view, versions, entity, moment) if one.values[window.of] is not None]
            left = [one for one in known if one.event and moment - one.event >= window.over]
            total = _running(known, window.of) - _running(left, window.of)
            values[window.name] = total / (len(known) - len(left) if window.do == "mean" else 1)
    return values


def order_of_arrival(view: View, versions: Sequence[Version], entity: tuple[Any, ...], moment: datetime) -> Any:
    """Of equal events the one accepted last, whenever each was created."""
    if view.created_time is None:
        return known_at(view, versions, entity, moment)
    known = counting(view, versions, entity, moment)
    ranked = [replace(one, created=one.event, key=None) for one in versions if any(one is other for other in known)]
    return known_at(view, ranked, entity, moment)


def _running(versions: Sequence[Version], of: str) -> float:
    """One by one, for `sum` of Python 3.12 makes up for its errors."""
    total = 0.0
    for version in versions:
        total += version.values[of]
    return total


NAIVE: Mapping[str, Rule] = {
    "no created time in last values": without_created_time,
    "latest per key before the join": latest_before_the_join,
    "order of arrival decides ties": order_of_arrival,
    "running float sums": running_float_sums,
}
