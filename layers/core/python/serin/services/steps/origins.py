"""What a model version was made of: the run, its training set, and the uploads up to the heads that it saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from serin.domain.datasets import DatasetHead, Part
from serin.domain.errors import NotFound
from serin.domain.experiments import Run, TrainingSet
from serin.domain.models import ModelVersion
from serin.ports import Catalog

T = TypeVar("T")


@dataclass(frozen=True)
class Source:
    """A dataset as a training set saw it: the digest of its head then, its rows, and the uploads it was made of.

    The uploads are in sequence, from the first; none where the catalog knows no head of that digest.
    """

    dataset: str
    digest: str
    rows: int
    uploads: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """What a version was made of, as far as the catalog has it."""

    run: Run | None
    training_set: TrainingSet | None
    datasets: tuple[Source, ...]


def origin_of(version: ModelVersion, *, catalog: Catalog) -> Origin:
    """The run and the training set of a version, and each dataset up to the head that the training set saw."""
    run = if_known(lambda: catalog.run(version.model, version.run))
    training_set = if_known(lambda: catalog.training_set(version.model, version.training_set))
    heads = training_set.heads if training_set else {}
    return Origin(run, training_set, tuple(_source(name, digest, catalog) for name, digest in heads.items()))


def if_known(find: Callable[[], T]) -> T | None:
    """What is found, or None for what is not there."""
    try:
        return find()
    except NotFound:
        return None


def history(dataset: str, *, catalog: Catalog) -> Iterator[tuple[DatasetHead, Part]]:
    """Every head that a dataset has had, oldest first, with the part that made it."""
    head = DatasetHead(dataset)
    for part in catalog.parts(dataset):
        head = head.after(part)
        yield head, part


def _source(dataset: str, digest: str, catalog: Catalog) -> Source:
    """The uploads up to the head of that digest: later ones belong to another training set."""
    uploads = list[str]()
    for head, part in history(dataset, catalog=catalog):
        uploads.append(part.upload_id)
        if head.digest == digest:
            return Source(dataset, digest, head.rows, tuple(uploads))
    return Source(dataset, digest, 0, ())
