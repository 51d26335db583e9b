"""What is served once a schedule is at rest, held against the dataset's rows: in plain Python, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from benches.schedules.broken import Broken
from benches.schedules.model import SHOP_NAMES, SHOPS, SPAN, START, ZONE_NAMES, ZONES
from benches.schedules.world import World
from serin.domain.charter import Charter
from serin.domain.features import OnlineValues, is_stale
from serin.serving.lookups import ViewLookup

DAY = timedelta(days=1)
# From before the first event may lie, zones' hours included, until after all are known.
MOMENTS = [START + DAY * days for days in range(-1, 7)]
Rows = Sequence[tuple[Any, ...]]
Told = tuple[tuple[Any, ...], datetime | None] | None
Event = tuple[datetime, datetime, int | None]


def broken_features(world: World, charter: Charter) -> Iterator[Broken]:
    """The facts about features that do not hold."""
    yield from _announced(world, charter)
    shops, zones = _rows(world, SHOPS), _rows(world, ZONES)
    derived = charter.dataset(SHOPS).derive is not None
    # What is looked up has to be there before anything is made.
    shops = [] if derived and not zones else shops
    shift = timedelta(hours=_latest(zones)[-1][1]) if derived and zones else timedelta()
    served = _Served(world, charter)
    for shop in SHOP_NAMES:
        yield from served.differs("seen", shop, MOMENTS[-1], _newest(_latest(shops), shop))
        events = [_event(row, shift) for row in _latest(shops) if row[1] == shop]
        events.sort(key=lambda event: event[:2])
        for moment in MOMENTS:
            yield from served.differs("queue", shop, moment, _counted(events, moment))
    for zone in ZONE_NAMES:
        known = next((((hours,), None) for name, hours in _latest(zones) if name == zone), None)
        yield from served.differs("zone_hours", zone, MOMENTS[-1], known)


def _announced(world: World, charter: Charter) -> Iterator[Broken]:
    """*Features Built* was told of each accepted upload."""
    told = [event.detail for event in world.published if event.name == "Features Built"]
    for dataset in (SHOPS, ZONES):
        for part in world.stores.catalog.parts(dataset):
            about = {"dataset": dataset, "upload_id": part.upload_id, "sequence": part.sequence}
            if {"model": charter.model, **about} not in told:
                yield Broken(
                    "event", f"{dataset}: the bus was never told that features of part {part.sequence} are built"
                )


class _Served:
    """What the platform serves, as `predict` looks it up."""

    def __init__(self, world: World, charter: Charter) -> None:
        self._lookups = {view.name: ViewLookup(charter, view) for view in charter.features.views}
        instances = [{"shop": shop, "zone": zone} for shop in SHOP_NAMES for zone in ZONE_NAMES]
        asked = [(lookup, instance) for lookup in self._lookups.values() for instance in instances]
        keys = {key for lookup, instance in asked for moment in MOMENTS for key in lookup.keys(instance, moment)}
        self._online = world.stores.online.read(list(keys))

    def differs(self, view: str, entity: str, moment: datetime, wanted: Told) -> Iterator[Broken]:
        """Told, if what is served at a moment is not what it should be: the values and the newest event's time."""
        lookup = self._lookups[view]
        found = lookup.found({"shop": entity, "zone": entity}, self._online, moment)
        if found is not None and lookup.view.windows and is_stale(lookup.view, found, moment):
            found = None
        if _told(found) != wanted:
            told = f"{view} of {entity} at {moment:%d %H:%M} is {_told(found)}, the rows say {wanted}"
            yield Broken("served online", told)


def _told(found: OnlineValues | None) -> Told:
    return None if found is None else (tuple(found.values.values()), found.event_time)


def _event(row: tuple[Any, ...], shift: timedelta) -> Event:
    _, _, seen, length = row
    return seen + shift, max(seen + shift, seen), length


def _newest(shops: Rows, shop: str) -> Told:
    """The values of the newest event; of equal ones the row accepted last."""
    rows = [row for row in shops if row[1] == shop]
    if not rows:
        return None
    _, _, seen, length = max(enumerate(rows), key=lambda item: (item[1][2], item[0]))[1]
    return (length,), seen


def _counted(events: Sequence[Event], moment: datetime) -> Told:
    """Count, sum and last of the events known at the moment and not older than the window, as `View` defines it."""
    known = [event for event in events if event[1] <= moment and event[0] > moment - SPAN]
    values = [length for _, _, length in known if length is not None]
    newest = max((event for event, since, _ in events if since <= moment), default=None)
    if newest is None or moment - newest > SPAN:
        return None
    return (len(values), sum(values) if values else None, values[-1] if values else None), newest


def _rows(world: World, dataset: str) -> Rows:
    """The accepted rows in the order they were accepted."""
    parts = [part for part in world.stores.catalog.parts(dataset) if part.rows]
    return [row for part in parts for row in world.rows(part.key)]


def _latest(rows: Rows) -> Rows:
    """Each primary key once, as it came last, where it came last."""
    found: dict[Any, tuple[Any, ...]] = {}
    for row in rows:
        found.pop(row[0], None)
        found[row[0]] = row
    return list(found.values())
