"""Long lists a page at a time, newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

T = TypeVar("T")

PAGE = 100


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items of a list, newest first; `next` continues after them, None when nothing older is left."""

    items: tuple[T, ...]
    next: str | None = None


def moment_key(at: datetime, id: str) -> str:
    """Where an item stands in a list by moment: such keys sort as their moments do, and no two items share one."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}#{id}"


def merged(pages: Sequence[Page[T]], limit: int, place: Callable[[T], str]) -> Page[T]:
    """One page of lists that were each read `limit` items far from the same place; `place` is an item's key."""
    items = sorted((item for page in pages for item in page.items), key=place, reverse=True)
    more = len(items) > limit or any(page.next for page in pages)
    return Page(tuple(items[:limit]), place(items[limit - 1]) if more and items else None)
