"""The rows of a training set as whoever fits them in shards opens them, and where the shards' trees are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from serin.domain.experiments import TrainingSet
from serin.domain.names import digest
from serin.domain.scratch import SCRATCH
from serin.learning.shards.sharded_set import ShardedSet
from serin.ports import ObjectStore
from serin.services.steps.stored_files import pieces_of
from serin.services.steps.training_columns import check_recorded


@contextmanager
def sharded_set(
    training_set: TrainingSet, shards: int, kept_in: str, *, lake: ObjectStore, artifacts: ObjectStore
) -> Iterator[ShardedSet]:
    """The rows of a training set on this machine's own disk, of which one shard at a time is read.

    What shards have taught is kept in a folder of the artifacts. Raises Corrupt when the file is not the recorded one.
    """
    with NamedTemporaryFile(prefix=SCRATCH, suffix=".npz") as scratch:
        file = Path(scratch.name)
        lake.fetch(training_set.columns, file)
        with pieces_of(file) as content:
            check_recorded(training_set, digest(content))
        yield ShardedSet(file, training_set.columns_digest, shards, KeptInFolder(kept_in, store=artifacts))


@dataclass(frozen=True)
class KeptInFolder:
    """Trees that shards have taught, as files of a folder."""

    folder: str
    _: KW_ONLY
    store: ObjectStore

    def get(self, name: str) -> bytes | None:
        """What was kept under a name; None where nothing was."""
        key = self._key(name)
        # Who may list a folder's keys is told what is not there; who may only read a key is not.
        return self.store.get(key) if key in self.store.keys(key) else None

    def put(self, name: str, content: bytes) -> None:
        """Keep it."""
        self.store.put(self._key(name), content)

    def _key(self, name: str) -> str:
        return f"{self.folder}/{name}.npz"
