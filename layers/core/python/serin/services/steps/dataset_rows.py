"""A dataset's accepted rows up to a head, in the order they were accepted, as its contract of today reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from serin.data.contract.evolution import as_contract
from serin.data.contract.types import TIMESTAMP
from serin.data.files.parquet import from_parquet
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead, Part
from serin.domain.errors import TooLarge
from serin.domain.schemas import refuse_incompatible
from serin.ports import Catalog, ObjectStore
from serin.services.steps.accepted_uploads import accepted_uploads

LARGEST = 512 * 1024**2
"""How many bytes of rows a function holds at once: what it makes of them takes some times as much."""


def rows_up_to(head: DatasetHead, contract: Contract, *, lake: ObjectStore, catalog: Catalog) -> pl.DataFrame:
    """Every row up to `head`, replaced ones too; a dataset without rows has no columns either.

    Raises, before anything is read, TooLarge for more rows than memory is for, and Invalid for a contract by which
    what was accepted earlier can be read no more.
    """
    return all_rows({head.dataset: head}, {head.dataset: contract}, lake=lake, catalog=catalog)[head.dataset]


def all_rows(
    heads: Mapping[str, DatasetHead], contracts: Mapping[str, Contract], *, lake: ObjectStore, catalog: Catalog
) -> Mapping[str, pl.DataFrame]:
    """The rows of several datasets, as `rows_up_to` reads them, which have to be in memory together."""
    parts = {name: _parts(head, catalog) for name, head in heads.items()}
    _refuse_too_many(parts)
    for name, head in heads.items():
        refuse_incompatible(head.schemas, contracts[name])
    return {name: _rows(found, contracts[name], lake) for name, found in parts.items()}


def part_rows(key: str, contract: Contract, *, lake: ObjectStore, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """The rows of one part, which lies at `key`, in the contract's columns or in those of them that are named."""
    return as_contract(from_parquet(lake.get(key), columns), contract if columns is None else contract.only(columns))


def copies_up_to(head: DatasetHead, *, lake: ObjectStore, catalog: Catalog) -> pl.Series:
    """True for each row of `rows_up_to` that is a copy."""
    masks = [
        from_parquet(lake.get(part.copies)).to_series()
        if part.copies
        else pl.repeat(value=False, n=part.rows, eager=True)
        for part in _parts(head, catalog)
    ]
    return pl.concat(masks) if masks else pl.Series(dtype=pl.Boolean)


def moments_accepted(head: DatasetHead, *, catalog: Catalog) -> pl.Series:
    """When each row of `rows_up_to` was accepted."""
    moments = {upload.id: upload.at for upload in accepted_uploads(head.dataset, catalog=catalog)}
    parts = _parts(head, catalog)
    of_rows = [pl.repeat(moments[part.upload_id], part.rows, dtype=TIMESTAMP, eager=True) for part in parts]
    return pl.concat(of_rows) if of_rows else pl.Series(dtype=TIMESTAMP)


def _parts(head: DatasetHead, catalog: Catalog) -> Sequence[Part]:
    return [part for part in catalog.parts(head.dataset) if part.sequence <= head.sequence and part.rows]


def _rows(parts: Sequence[Part], contract: Contract, lake: ObjectStore) -> pl.DataFrame:
    frames = [part_rows(part.key, contract, lake=lake) for part in parts]
    return pl.concat(frames, how="vertical") if frames else pl.DataFrame()


def _refuse_too_many(parts: Mapping[str, Sequence[Part]]) -> None:
    sizes = {name: sum(part.memory for part in found) for name, found in parts.items()}
    if sum(sizes.values()) > LARGEST:
        rows = {name: sum(part.rows for part in found) for name, found in parts.items()}
        found = ", ".join(f"{rows[name]:,} rows of {name} ({size / 1e6:,.0f} MB)" for name, size in sizes.items())
        raise TooLarge(
            f"{found} have to be in memory together; there is room for {LARGEST / 1e6:,.0f} MB.",
            "Keep older rows in a dataset of their own, or leave columns that no feature needs out of the contract.",
        )
