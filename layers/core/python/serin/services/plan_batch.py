"""A file that is to be scored becomes parts: it is read once, from beginning to end, and refused here if at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from serin.data.contract.protected import hidden, without_text
from serin.data.contract.read_columns import TEXT_OF, read_column
from serin.data.files.parquet import to_parquet
from serin.data.files.table import CAPS
from serin.data.scoring.asked_files import asked_column, pieces
from serin.domain.batches import (
    WORK,
    Batch,
    BatchPart,
    BatchPlan,
    asked_at,
    file_in,
    items_at,
    part_name,
    plan_at,
    rows_at,
    set_of,
)
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.errors import Invalid, TooLarge
from serin.domain.records import as_record, from_record
from serin.domain.scratch import SCRATCH
from serin.ports import Catalog, ObjectStore, SaltReads
from serin.services.steps.batch_version import BatchVersion
from serin.services.steps.known_objects import known_record
from serin.services.steps.pseudonyms import known_pseudonyms, no_salts


def asked_batch(model: str, batch: str, *, lake: ObjectStore) -> Batch:
    """The batch as it was asked for; raises NotFound."""
    return from_record(Batch, json.loads(lake.get(asked_at(model, batch))))


def known_plan(model: str, batch: str, *, lake: ObjectStore) -> BatchPlan | None:
    """The plan of a batch; None before there is one."""
    return known_record(BatchPlan, plan_at(model, batch), store=lake)


def plan_batch(
    batch: Batch,
    version: BatchVersion,
    contracts: Mapping[str, Contract],
    *,
    uploads: ObjectStore,
    lake: ObjectStore,
    catalog: Catalog,
    salts: Callable[[], SaltReads] = no_salts,
) -> BatchPlan:
    """The parts of a batch, whose rows have been written one part after the other; planned again it is the same plan.

    Personal values are replaced before a row is written; `salts` are asked for only where there are any.

    Raises Rejected or TooLarge for a file that cannot be read, as an upload would be; Invalid where a view looks into
    a dataset that no deployed model reads.
    """
    if known := known_plan(batch.model, batch.id, lake=lake):
        return known
    heads = _heads(version, contracts, catalog)
    empty = BatchPlan(batch, set_of(batch, version.looks_up), (), heads, WORK)
    with TemporaryDirectory(prefix=SCRATCH) as folder:
        file = _fetched(batch, Path(folder) / "content", uploads)
        parts, absent = _cut(empty, file, version, contracts.get(version.charter.truth.dataset), lake, salts)
    plan = replace(empty, parts=parts, absent=absent)
    items = [{"part": part.name, "object": batch.key, "group": part.group} for part in plan.parts]
    lake.put(items_at(batch.model, batch.id), json.dumps(items).encode())
    if lake.put_new(plan_at(batch.model, batch.id), json.dumps(as_record(plan)).encode()):
        return plan
    # Another attempt was first; it may have seen other heads, and its parts are the ones that are scored.
    return known_plan(batch.model, batch.id, lake=lake) or plan


def _fetched(batch: Batch, into: Path, uploads: ObjectStore) -> Path:
    uploads.fetch(batch.key, into, batch.object_version)
    if (size := into.stat().st_size) > CAPS.stored:
        raise TooLarge(
            f"{file_in(batch.key)}: {size:,} bytes; one file may have {CAPS.stored:,}.", "Send it in several files."
        )
    return into


def _cut(
    plan: BatchPlan,
    file: Path,
    version: BatchVersion,
    truth: Contract | None,
    lake: ObjectStore,
    salts: Callable[[], SaltReads],
) -> tuple[tuple[BatchPart, ...], tuple[str, ...]]:
    """The parts, and the inputs for which the file has no column."""
    batch, charter, parts = plan.batch, version.charter, list[BatchPart]()
    first = 1
    absent = dict.fromkeys(item.name for item in charter.inputs)
    for group, written in enumerate(pieces(file_in(batch.key), file, charter, truth)):
        rows = _protected(written, charter, truth, salts)
        name = part_name(batch, first, rows.height, version.looks_up)
        first += rows.height
        lake.put(rows_at(plan, name), to_parquet(rows))
        parts.append(BatchPart(name, group, rows.height))
        for column in rows.columns:
            absent.pop(column, None)
    return tuple(parts), tuple(absent)


def _protected(
    rows: pl.DataFrame, charter: Charter, truth: Contract | None, salts: Callable[[], SaltReads]
) -> pl.DataFrame:
    """The rows with digests where the charter has them."""
    hashed = sorted(charter.compliance.hashed.intersection(rows.columns))
    if not hashed:
        return rows
    known = salts()
    # A word for null is none: its digest would be a category.
    texts = (read_column(rows[name], asked_column(name, "string", truth))[TEXT_OF + name] for name in hashed)
    digests = (
        hidden(text.alias(name), lambda *asked: known_pseudonyms(*asked, salts=known))
        for name, text in zip(hashed, texts, strict=True)
    )
    return without_text(rows.with_columns(digests))


def _heads(version: BatchVersion, contracts: Mapping[str, Contract], catalog: Catalog) -> Mapping[str, DatasetHead]:
    """How far the datasets go that the views look into; every part is joined with the same rows."""
    charter = version.charter
    names = sorted({name for view in charter.features.views for name in charter.reads(view)})
    if unknown := [name for name in names if name not in contracts]:
        raise Invalid(
            f"Version {version.version.version} of {charter.model} looks into {', '.join(unknown)}, which no deployed "
            "model reads any more.",
            "Deploy a model that reads it, or score by a newer version.",
        )
    return {name: catalog.head(name) for name in names}
