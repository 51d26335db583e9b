"""Names of view definitions, for tests that put items into the online store themselves."""

from __future__ import annotations

from serin.domain.buckets import items_id
from serin.domain.charter import Charter
from serin.domain.features import EntityKey, Value
from tests.builders import a_charter


def item_key(view: str, *values: Value, charter: Charter | None = None) -> EntityKey:
    """The key of the last values of an entity in a charter's view."""
    charter = charter or a_charter()
    return EntityKey(items_id(charter, charter.features.view(view)), values)
