"""What is served once a schedule is at rest, held against what the dataset's rows say by the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from benches.schedules.broken import Broken
from benches.schedules.model import SHOP_NAMES, SHOPS, START, ZONE_NAMES, ZONES
from benches.schedules.world import World
from serin.domain.charter import Charter
from serin.domain.features import is_stale
from serin.domain.known import Version, known_at
from serin.serving.lookups import ViewLookup

DAY = timedelta(days=1)
# From before the first event may lie, zones' hours included, until after all are known.
MOMENTS = [START + DAY * days for days in range(-1, 7)]
Rows = Sequence[tuple[Any, ...]]


def broken_features(world: World, charter: Charter) -> Iterator[Broken]:
    """The facts about features that do not hold."""
    yield from _announced(world, charter)
    zones = _rows(world, ZONES)
    derived = charter.dataset(SHOPS).derive is not None
    # What is looked up has to be there before anything is made.
    rows = [] if derived and not zones else _rows(world, SHOPS)
    shift = timedelta(hours=int(zones[-1][1])) if derived and zones else timedelta()
    served = _Served(world, charter)
    for shop in SHOP_NAMES:
        for moment in MOMENTS:
            for name, by in (("seen", timedelta()), ("queue", shift)):
                versions = [Version(row[0], (row[1],), row[2] + by, row[2], {"length": row[3]}) for row in rows]
                yield from served.differs(name, shop, moment, versions)
    versions = [Version(row[0], (row[0],), None, None, {"hours": row[1]}) for row in zones]
    for zone in ZONE_NAMES:
        yield from served.differs("zone_hours", zone, MOMENTS[-1], versions)


def _announced(world: World, charter: Charter) -> Iterator[Broken]:
    """*Features Built* was told of each accepted upload, and that the first training is due: there is no version."""
    told = [event.detail for event in world.published if event.name == "Features Built"]
    for dataset in (SHOPS, ZONES):
        for part in world.stores.catalog.parts(dataset):
            about = {"dataset": dataset, "upload_id": part.upload_id, "sequence": part.sequence, "training": "due"}
            if {"model": charter.model, **about} not in told:
                yield Broken(
                    "event", f"{dataset}: the bus was never told that features of part {part.sequence} are built"
                )


class _Served:
    """What the platform serves, as `predict` looks it up."""

    def __init__(self, world: World, charter: Charter) -> None:
        self._lookups = {view.name: ViewLookup(charter, view) for view in charter.features.views}
        asked = [(lookup, name) for lookup in self._lookups.values() for name in (*SHOP_NAMES, *ZONE_NAMES)]
        keys = {key for lookup, name in asked for moment in MOMENTS for key in lookup.keys((name,), moment)}
        self._online = world.stores.online.read(list(keys))

    def differs(self, name: str, entity: str, moment: datetime, versions: Sequence[Version]) -> Iterator[Broken]:
        """Told, if what is served at a moment is not what the rows say."""
        lookup = self._lookups[name]
        looked_up = lookup.found((entity,), self._online, moment)
        if looked_up is None or is_stale(lookup.view, looked_up, moment):
            values: Mapping[str, Any] = dict.fromkeys(lookup.view.values)
        else:
            values = looked_up.values
        right = known_at(lookup.view, versions, (entity,), moment)
        if values != right:
            told = f"{name} of {entity} at {moment:%d %H:%M} is {dict(values)}, the rows say {right}"
            yield Broken("served online", told)


def _rows(world: World, dataset: str) -> Rows:
    """The accepted rows in the order they were accepted."""
    parts = [part for part in world.stores.catalog.parts(dataset) if part.rows]
    return [row for part in parts for row in world.rows(part.key)]
