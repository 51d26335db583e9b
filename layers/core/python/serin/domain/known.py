"""What was known at a moment: the one rule that training sets, online items and answers over HTTP are held to.

Slow and obvious on purpose; nothing is computed by it. The joins of `serin.data.features` and the items that
`serin.serving` reads are tested against it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serin.domain.arithmetic import exact_sum, extreme
from serin.domain.charter import Scalar, View, Window


@dataclass(frozen=True)
class Version:
    """A row of a view's dataset as it was accepted: what it is a version of, whom it is about, its times and values.

    `key` is its primary key, None where the contract names none. `created` is None where the row does not say it.
    """

    key: Hashable | None
    entity: tuple[Any, ...]
    event: datetime | None
    created: datetime | None
    values: Mapping[str, Any]


def known_at(
    view: View, versions: Sequence[Version], entity: tuple[Any, ...], moment: datetime
) -> Mapping[str, Scalar | None]:
    """The view's values for an entity at a moment, from all rows of its dataset in the order they were accepted.

    - *Versions* are rows of one primary key; without one every row stands for itself. A version counts from its created
      time on, whenever it arrived, until that of the next version. One that keeps the created time of another,
      or has none, says that it was always so: it takes that one's place. A view without a created time has one
      version of each row, the last that was accepted.
    - A version without an event time, or with a null in its entity, withdraws the row from then on.
    - An event later than the moment is not known, nor is a row that was never created.
    - Of what is known of the entity the newest event wins, of equal events the one created last, and only of rows
      equal in both times the one accepted last. Values are null once that event is older than the view's `ttl`.
    - Static views know no time: the last accepted version of each row counts, and of these the last one accepted.

    A window holds the events that count at the moment and are younger than `over`: see `Window` and
    `serin.domain.arithmetic`.
    """
    if view.static:
        last = [version for version in latest(versions) if version.entity == entity and None not in entity]
        return {name: last[-1].values[name] if last else None for name in view.last}
    known = counting(view, versions, entity, moment)
    if not known or (view.ttl is not None and moment - _event(known[-1]) > view.ttl):
        return dict.fromkeys(view.values)
    lasts = {name: known[-1].values[name] for name in view.last}
    return {**lasts, **{window.name: _aggregate(window, known, moment) for window in view.windows}}


def counting(view: View, versions: Sequence[Version], entity: tuple[Any, ...], moment: datetime) -> Sequence[Version]:
    """The versions known of the entity at the moment, the one that wins last."""
    if view.created_time is None:
        in_force = latest(versions)
    else:
        in_force = [version for version in _in_force(_always_so(versions), moment) if version.created is not None]
    known = [
        version
        for version in in_force
        if version.entity == entity and None not in entity and version.event is not None and version.event <= moment
    ]
    if view.created_time is None:
        return sorted(known, key=_event)
    return sorted(known, key=lambda version: (_event(version), _created(version)))


def latest(versions: Sequence[Version]) -> Sequence[Version]:
    """Each primary key once, as it was accepted last, where it was accepted last."""
    return [
        version
        for index, version in enumerate(versions)
        if version.key is None or all(version.key != later.key for later in versions[index + 1 :])
    ]


def _always_so(versions: Sequence[Version]) -> Sequence[Version]:
    """The versions with the created times they stand for, less those whose place another took."""
    kept: list[Version] = []
    for version in versions:
        others = [other for other in kept if version.key is not None and other.key == version.key]
        created = version.created or min((_created(other) for other in others if other.created), default=None)
        replaced = [other for other in others if version.created is None or other.created in (None, created)]
        kept = [other for other in kept if not any(other is one for one in replaced)]
        kept.append(Version(version.key, version.entity, version.event, created, version.values))
    return kept


def _in_force(versions: Sequence[Version], moment: datetime) -> Sequence[Version]:
    """Of each key the version created last of those created by then."""
    created = [version for version in versions if version.created is not None and version.created <= moment]
    return [
        version
        for version in created
        if version.key is None
        or all(_created(other) <= _created(version) for other in created if other.key == version.key)
    ]


def _aggregate(window: Window, known: Sequence[Version], moment: datetime) -> Scalar | None:
    values = [version.values[window.of] for version in known if moment - _event(version) < window.over]
    values = [value for value in values if value is not None]
    if window.do == "count":
        return len(values)
    if not values:
        return None
    if window.do == "last":
        last: Scalar = values[-1]
        return last
    if window.do in ("min", "max"):
        return extreme(values, greatest=window.do == "max")
    total = exact_sum(values)
    return total if window.do == "sum" or total is None else total / len(values)


def _event(version: Version) -> datetime:
    assert version.event is not None
    return version.event


def _created(version: Version) -> datetime:
    assert version.created is not None
    return version.created
