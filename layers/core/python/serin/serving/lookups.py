"""How the values of one view are found online, for a prediction and for whoever asks for features alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from serin.domain.buckets import Bucket, OnlineItem, bucket_keys, items_id
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
        self._id = items_id(charter, view)

    def entity(self, instance: Mapping[str, Value]) -> Entity:
        """Whom the view is asked about for an instance."""
        return tuple(instance[name] for name in self.columns)

    def keys(self, entity: Entity, now: datetime) -> list[EntityKey]:
        """Every online item that the entity's values depend on at `now`; a key with a null value names nobody."""
        if None in entity:
            return []
        return bucket_keys(self.view, self._id, entity, now) if self.view.windows else [EntityKey(self._id, entity)]

    def found(self, entity: Entity, online: Mapping[EntityKey, OnlineItem], now: datetime) -> OnlineValues | None:
        """What is known of the entity, fresh or not; None when nothing is.

        Of an entity with more than is kept online only that is known.
        """
        items = [online[key] for key in self.keys(entity, now) if key in online]
        if busy := next((item for item in items if item.too_many), None):
            return OnlineValues(busy.key, {}, too_many=busy.too_many)
        if not self.view.windows:
            return next((item.at(now) for item in items if isinstance(item, OnlineValues)), None)
        buckets = [item for item in items if isinstance(item, Bucket)]
        if not buckets:
            return None
        known = counted(self.view, buckets, now)
        return None if known.newest is None else OnlineValues(buckets[0].key, known.values, known.newest)
