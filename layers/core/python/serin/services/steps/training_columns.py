"""A training set's columns, as whoever fits and whoever judges opens them: only while their digest holds."""

from __future__ import annotations

from serin.domain.errors import Corrupt
from serin.domain.experiments import TrainingSet
from serin.domain.names import digest
from serin.learning.columns import LabelledRows, TrainingColumns, read_columns, read_labelled
from serin.ports import ObjectStore


def training_columns(training_set: TrainingSet, *, lake: ObjectStore) -> TrainingColumns:
    """The rows of a training set; raises Corrupt when the file is not the one that was recorded."""
    return read_columns(recorded_columns(training_set, lake=lake))


def labelled_rows(training_set: TrainingSet, *, lake: ObjectStore) -> LabelledRows:
    """The same rows without their features, which is what a judge has room for whatever machine fitted."""
    return read_labelled(recorded_columns(training_set, lake=lake))


def recorded_columns(training_set: TrainingSet, *, lake: ObjectStore) -> bytes:
    """The file of a training set's columns; raises Corrupt when it is not the one that was recorded."""
    content = lake.get(training_set.columns)
    check_recorded(training_set, digest(content))
    return content


def check_recorded(training_set: TrainingSet, columns_digest: str) -> None:
    """Raise Corrupt where the digest of the columns' file is not the recorded one."""
    if columns_digest != training_set.columns_digest:
        raise Corrupt(
            f"{training_set.columns} is not what was recorded of training set {training_set.id}.",
            "Start the training again; find out who changed the file.",
        )
