"""Effects that are wrong, each in a way people write them: the harness has to tell them from the platform's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from benches.schedules.functions import Subject
from benches.schedules.ports import Step
from benches.schedules.world import Stores
from serin.adapters.memory.catalog import MemoryCatalog
from serin.domain.buckets import Bucket, OnlineItem
from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.features import EntityKey, OnlineValues


class LooseCatalog(MemoryCatalog):
    """A catalog whose records can be put one by one, without conditions; a part has its sequence for a key."""

    def put_part(self, part: Part) -> None:
        """Put the part into its place, whatever is there."""
        others = [item for item in self.parts(part.dataset) if item.sequence != part.sequence]
        self._parts[part.dataset] = sorted([*others, part], key=lambda item: item.sequence)

    def put_head(self, head: DatasetHead) -> None:
        """Put the head."""
        self._heads[head.dataset] = head

    def put_upload(self, upload: Upload) -> None:
        """Put the upload, which is the marker."""
        self._keep(upload)


class CheckThenWrite:
    """Looks for the marker, writes the effect, and then the marker."""

    def __init__(self, port: LooseCatalog, step: Step) -> None:
        self._port, self._step = port, step

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return partial(self._step, f"catalog.{method}", getattr(self._port, method))

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        known = self._step("catalog.upload", self._port.upload, upload.dataset, upload.id)
        if known and known.status == "accepted":
            return False
        self._effect(part, before)
        self._step("catalog.put_upload", self._port.put_upload, upload)
        return True

    def _effect(self, part: Part, before: DatasetHead) -> None:
        self._step("catalog.put_part", self._port.put_part, part)
        self._step("catalog.put_head", self._port.put_head, before.after(part))


class MarkThenWrite(CheckThenWrite):
    """Writes the marker first, as a decorator for idempotency does."""

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        self._step("catalog.put_upload", self._port.put_upload, upload)
        self._effect(part, before)
        return True


class Naive(CheckThenWrite):
    """Writes, and looks for nothing."""

    def upload(self, dataset: str, upload_id: str) -> None:
        """Nobody looks."""

    def record_accepted(self, upload: Upload, part: Part, before: DatasetHead) -> bool:
        self._effect(part, before)
        self._step("catalog.put_upload", self._port.put_upload, upload)
        return True


class LastWriteWins:
    """Online features that keep what came last."""

    def __init__(self) -> None:
        self._items: dict[str, OnlineItem] = {}

    def write(self, values: Sequence[OnlineValues]) -> int:
        return self._put(values)

    def write_buckets(self, buckets: Sequence[Bucket]) -> int:
        return self._put(buckets)

    def read(self, keys: Sequence[EntityKey]) -> Mapping[EntityKey, OnlineItem]:
        return {key: self._items[key.id] for key in keys if key.id in self._items}

    def _put(self, items: Sequence[OnlineItem]) -> int:
        self._items.update((item.key.id, item) for item in items)
        return len(items)


def _loose() -> Stores:
    return Stores(catalog=LooseCatalog())


NAIVE = Subject("naive", _loose, catalog=Naive)
CHECK_THEN_WRITE = Subject("check-then-write", _loose, catalog=CheckThenWrite)
MARK_THEN_WRITE = Subject("mark-then-write", _loose, catalog=MarkThenWrite)
LAST_WRITE_WINS = Subject("last-write-wins", lambda: Stores(online=LastWriteWins()))
VARIANTS = (NAIVE, CHECK_THEN_WRITE, MARK_THEN_WRITE, LAST_WRITE_WINS)
