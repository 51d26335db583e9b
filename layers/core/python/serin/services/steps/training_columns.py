"""A training set's columns, as whoever fits and whoever judges opens them: only while their digest holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from serin.domain.errors import Corrupt
from serin.domain.experiments import TrainingSet
from serin.domain.names import digest
from serin.domain.scratch import SCRATCH
from serin.learning.columns import LabelledRows, TrainingColumns, read_columns, read_labelled
from serin.learning.shards.sharded_set import ShardedSet
from serin.ports import ObjectStore
from serin.services.steps.stored_files import pieces_of


def training_columns(training_set: TrainingSet, *, lake: ObjectStore) -> TrainingColumns:
    """The rows of a training set; raises Corrupt when the file is not the one that was recorded."""
    return read_columns(recorded_columns(training_set, lake=lake))


def labelled_rows(training_set: TrainingSet, *, lake: ObjectStore) -> LabelledRows:
    """The same rows without their features, which is what a judge has room for whatever machine fitted."""
    return read_labelled(recorded_columns(training_set, lake=lake))


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
            _check_recorded(training_set, digest(content))
        yield ShardedSet(file, training_set.columns_digest, shards, KeptInFolder(kept_in, artifacts))


@dataclass(frozen=True)
class KeptInFolder:
    """Trees that shards have taught, as files of a folder."""

    folder: str
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


def recorded_columns(training_set: TrainingSet, *, lake: ObjectStore) -> bytes:
    """The file of a training set's columns; raises Corrupt when it is not the one that was recorded."""
    content = lake.get(training_set.columns)
    _check_recorded(training_set, digest(content))
    return content


def _check_recorded(training_set: TrainingSet, columns_digest: str) -> None:
    if columns_digest != training_set.columns_digest:
        raise Corrupt(
            f"{training_set.columns} is not what was recorded of training set {training_set.id}.",
            "Start the training again; find out who changed the file.",
        )
