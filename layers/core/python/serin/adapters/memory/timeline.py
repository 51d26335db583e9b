"""Records by the moment they were written with, as an index keeps them: a page costs what it shows."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from serin.domain.paging import Page, moment_key


class Dated(Protocol):
    """A record with an id and a moment."""

    @property
    def id(self) -> str:
        """Its name among its owner's."""

    @property
    def at(self) -> datetime:
        """When it was."""


T = TypeVar("T", bound=Dated)


class Timeline(Generic[T]):
    """The records of one owner."""

    def __init__(self) -> None:
        self._items: dict[str, T] = {}
        self._keys: dict[str, str] = {}
        self._order: list[str] = []

    def put(self, item: T) -> None:
        """Add the record, or replace the one of its id."""
        key, before = moment_key(item.at, item.id), self._keys.get(item.id)
        if before != key:
            if before is not None:
                del self._order[bisect_left(self._order, before)], self._items[before]
            insort(self._order, key)
        self._keys[item.id], self._items[key] = key, item

    def page(self, limit: int, after: str | None) -> Page[T]:
        """So many of the newest, or of those that come after a page."""
        end = len(self._order) if after is None else bisect_left(self._order, after)
        keys = self._order[max(0, end - limit) : end][::-1]
        return Page(tuple(self._items[key] for key in keys), keys[-1] if end > limit else None)
