"""How the values of one view are found online, for a prediction and for whoever asks for features alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from serin.domain.buckets import Bucket, OnlineItem, bucket_names, items_id
from serin.domain.charter import Charter, View
from serin.domain.features import EntityKey, OnlineValues, Value
from serin.serving.windows import counted

Entity = tuple[Value, ...]
"""The values of an entity's key."""


class ViewLookup:
    """One view of a charter; `columns` name what an entity of it is found by."""

    def __init__(self, charter: Charter, view: View) -> None:
        self.view = view
        self.columns = charter.features.entities[view.entity]
        self.features = tuple(f"{view.name}.{column}" for column in view.values)
        self._id = items_id(charter, view)
        self._named: tuple[datetime | None, Sequence[str]] = (None, ())

    def entity(self, instance: Mapping[str, Value]) -> Entity:
        """Whom the view is asked about for an instance."""
        return tuple(instance[name] for name in self.columns)

    def keys(self, entity: Entity, now: datetime) -> list[EntityKey]:
        """Every online item that the entity's values depend on at `now`; a key with a null value names nobody."""
        if None in entity:
            return []
        return [EntityKey(name, entity) for name in self._names(now)]

    def _names(self, now: datetime) -> Sequence[str]:
        """What keys begin with at `now`, which is the moment of many entities in turn."""
        moment, names = self._named
        if moment != now:
            names = bucket_names(self.view, self._id, now) if self.view.windows else (self._id,)
            self._named = now, names
        return names

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
        known = counted(self.view, buckets, now)
        return None if known.newest is None else OnlineValues(buckets[0].key, known.values, known.newest)
