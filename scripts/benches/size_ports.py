"""The ports of one intake of flights whose buckets are folders, so that nothing but the intake holds the files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.world import MemoryClock, MemoryEvents
from serin.domain.contracts import Contract, Limit
from serin.domain.datasets import Upload
from serin.files.models import read_models
from serin.ports import ObjectContent
from serin.services.accept_upload import Arrival, accept_upload

MODELS = Path(__file__).parents[2] / "models"
NOW = datetime(2014, 1, 2, tzinfo=UTC)


class FolderObjectStore:
    """A bucket that is a folder; it has one version of everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str, _: str | None = None) -> bytes:
        return (self._folder / key).read_bytes()

    def get_each(self, keys: Sequence[str]) -> Iterator[bytes]:
        return (self.get(key) for key in keys)

    def fetch(self, key: str, into: Path, _: str | None = None) -> None:
        shutil.copyfile(self._folder / key, into)

    def put(self, key: str, content: bytes) -> None:
        (self._folder / key).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / key).write_bytes(content)

    def about(self, key: str) -> ObjectContent:
        return ObjectContent("", None, (self._folder / key).stat().st_size)

    def put_new(self, key: str, content: bytes) -> bool:
        if (self._folder / key).exists():
            return False
        self.put(key, content)
        return True

    def put_file(self, key: str, file: Path) -> None:
        self.put(key, b"")
        shutil.copyfile(file, self._folder / key)

    def keys(self, prefix: str, after: str = "") -> Sequence[str]:
        paths = (file.relative_to(self._folder).as_posix() for file in self._folder.rglob("*") if file.is_file())
        return sorted(key for key in paths if key.startswith(prefix) and key > after)


def contract() -> Contract:
    """That of flights, which promises a month or a year at a time; here it is a lifetime."""
    one = next(model.contracts["flights"] for model in read_models(MODELS) if "flights" in model.contracts)
    rows = Limit("between", 1, 50_000_000)
    rules = [replace(rule, limit=rows) if rule.kind == "row_count" else rule for rule in one.dataset_rules]
    return replace(one, dataset_rules=tuple(rules))


def send(folder: Path, key: str) -> Upload:
    """Take in one object of the bucket."""
    uploads, lake = FolderObjectStore(folder / "uploads"), FolderObjectStore(folder / "lake")
    arrival = Arrival(key, None, (folder / "uploads" / key).stat().st_size)
    return accept_upload(
        arrival,
        {"flights": contract()},
        uploads=uploads,
        lake=lake,
        catalog=MemoryCatalog(),
        events=MemoryEvents(),
        clock=MemoryClock(NOW),
    )
