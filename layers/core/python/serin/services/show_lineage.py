"""From a model version down to the uploads it was learnt from, and from an upload up to the trainings that used it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from serin.domain.charter import Charter
from serin.domain.datasets import Upload
from serin.domain.errors import NotFound
from serin.domain.experiments import Run, TrainingSet
from serin.domain.fills import Fill
from serin.domain.models import ModelVersion
from serin.domain.paging import PAGE, Page
from serin.domain.releases import Release
from serin.domain.roles import VersionRole
from serin.ports import Catalog
from serin.services.steps.champions import version_roles
from serin.services.steps.origins import Source, history, if_known, origin_of

NEWEST = 50
"""Uploads of one dataset that are told one by one: with the largest records a function can still answer them."""


@dataclass(frozen=True)
class DatasetLineage:
    """A dataset up to the head of that digest, which a training set saw.

    `sequence` counts the uploads up to it; `uploads` are the newest of them, in sequence, after `earlier` others.
    It is 0 where the catalog knows no head of that digest.
    """

    dataset: str
    digest: str
    sequence: int
    rows: int
    uploads: tuple[Upload, ...]
    earlier: int


@dataclass(frozen=True)
class ViewLineage:
    """A view as the training set defined it; `fill` says which uploads are in its items online by now."""

    view: str
    definition: str
    fill: Fill | None = None


@dataclass(frozen=True)
class VersionLineage:
    """What a model version was made of, as far as the catalog has it, and what became of it."""

    version: ModelVersion
    run: Run | None = None
    training_set: TrainingSet | None = None
    datasets: tuple[DatasetLineage, ...] = ()
    views: tuple[ViewLineage, ...] = ()
    role: VersionRole | None = None
    releases: tuple[Release, ...] = ()


def show_lineage(model: str, number: int, *, catalog: Catalog) -> VersionLineage:
    """What that version was made of; raises NotFound where there is no such version."""
    version = catalog.version(model, number)
    origin = origin_of(version, catalog=catalog)
    definitions = origin.training_set.definitions if origin.training_set else {}
    return VersionLineage(
        version,
        origin.run,
        origin.training_set,
        tuple(_dataset(source, catalog) for source in origin.datasets),
        tuple(ViewLineage(view, name, catalog.fill(model, name)) for view, name in definitions.items()),
        version_roles(model, catalog=catalog).get(number),
        tuple(release for release in catalog.releases(model) if release.version == number),
    )


def _dataset(source: Source, catalog: Catalog) -> DatasetLineage:
    newest = [catalog.upload(source.dataset, name) for name in source.uploads[-NEWEST:]]
    uploads = tuple(upload for upload in newest if upload)
    sequence = len(source.uploads)
    return DatasetLineage(source.dataset, source.digest, sequence, source.rows, uploads, sequence - len(newest))


def runs_with(
    upload: str, charter: Charter, *, catalog: Catalog, limit: int = PAGE, after: str | None = None
) -> Page[Run]:
    """The runs among a page of the model's whose training set was made with that upload, newest first.

    A page may have fewer than `limit`, even none, and not be the last. Raises NotFound for an upload of no
    dataset that the model reads.
    """
    dataset = _dataset_of(upload, charter, catalog)
    with_it = _heads_with(upload, dataset, catalog)
    page = catalog.latest_runs(charter.model, limit, after)

    def made_with_it(name: str) -> bool:
        training_set = if_known(lambda: catalog.training_set(charter.model, name))
        return training_set is not None and training_set.heads.get(dataset) in with_it

    names = {run.training_set for run in page.items if run.training_set}
    made = {name for name in names if made_with_it(name)}
    return replace(page, items=tuple(run for run in page.items if run.training_set in made))


def _dataset_of(upload: str, charter: Charter, catalog: Catalog) -> str:
    for use in charter.datasets:
        if catalog.upload(use.name, upload):
            return use.name
    raise NotFound(
        f"No dataset that {charter.model} reads has an upload {upload!r}.",
        "./scripts/serin lineage and quality --json name uploads by their id.",
        "upload",
    )


def _heads_with(upload: str, dataset: str, catalog: Catalog) -> set[str]:
    """The digests of the dataset's heads from that upload on."""
    heads = set[str]()
    for head, part in history(dataset, catalog=catalog):
        if heads or part.upload_id == upload:
            heads.add(head.digest)
    return heads
