"""How the values of one view are found online, for a prediction and for whoever asks for features alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from serin.domain.buckets import Bucket, OnlineItem, bucket_names, items_id, micros
from serin.domain.charter import Charter, View
from serin.domain.features import EntityKey, OnlineValues, Value
from serin.serving.windows import ViewWindows

Entity = tuple[Value, ...]
"""The values of an entity's key."""


class _Moment(NamedTuple):
    """A moment, and what keys begin with then."""

    now: datetime
    micros: int
    names: Sequence[str]


class ViewLookup:
    """One view of a charter; `columns` name what an entity of it is found by."""

    def __init__(self, charter: Charter, view: View) -> None:
        self.view = view
        self.columns = charter.features.entities[view.entity]
        self.features = tuple(f"{view.name}.{column}" for column in view.values)
        self._id = items_id(charter, view)
        self._windows = ViewWindows(view)
        self._asked_at: _Moment | None = None

    def entity(self, instance: Mapping[str, Value]) -> Entity:
        """Whom the view is asked about for an instance."""
        return tuple(instance[name] for name in self.columns)

    def keys(self, entity: Entity, now: datetime) -> list[EntityKey]:
        """Every online item that the entity's values depend on at `now`; a key with a null value names nobody."""
        if None in entity:
            return []
        return [EntityKey(name, entity) for name in self._at(now).names]

    def _at(self, now: datetime) -> _Moment:
        """What follows from the moment alone, which is that of many entities in turn."""
        known = self._asked_at
        if known is None or known.now != now:
            names = bucket_names(self.view, self._id, now) if self.view.windows else (self._id,)
            known = self._asked_at = _Moment(now, micros(now), names)
        return known

    def found(self, entity: Entity, online: Mapping[EntityKey, OnlineItem], now: datetime) -> OnlineValues | None:
        """What is known of the entity, fresh or not; None when nothing is.

        Of an entity with more than is kept online only that is known.
        """
        return self.known(self.keys(entity, now), online, now)

    def known(
        self, keys: Sequence[EntityKey], online: Mapping[EntityKey, OnlineItem], now: datetime
    ) -> OnlineValues | None:
        """The same of an entity whose keys at `now` these are."""
        items = [item for item in map(online.get, keys) if item is not None]
        for item in items:
            if item.too_many:
                return OnlineValues(item.key, {}, too_many=item.too_many)
        if not self.view.windows:
            return next((item.at(now) for item in items if isinstance(item, OnlineValues)), None)
        buckets = [item for item in items if isinstance(item, Bucket)]
        if not buckets:
            return None
        known = self._windows.counted(buckets, self._at(now).micros)
        return None if known.newest is None else OnlineValues(buckets[0].key, known.values, known.newest)
