"""A dataset's accepted rows up to a head, in the order they were accepted, as its contract of today reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from serin.data.contract.evolution import as_contract, no_rows
from serin.data.contract.moments import TIMESTAMP
from serin.data.files.parquet import from_parquet
from serin.domain.contracts import Contract
from serin.domain.cut_sizes import fit_together, too_large_together
from serin.domain.datasets import DatasetHead
from serin.domain.schemas import refuse_incompatible
from serin.domain.segments import Segment
from serin.ports import Catalog, ObjectStore
from serin.services.steps.accepted_uploads import accepted_at
from serin.services.steps.listed_segments import segments_up_to
from serin.services.steps.segments import ACCEPTED_AT, SEQUENCE, marks_of, rows_of
from serin.services.steps.table_sizes import table_size


def rows_up_to(head: DatasetHead, contract: Contract, *, lake: ObjectStore, catalog: Catalog) -> pl.DataFrame:
    """Every row up to `head`, replaced ones too, in the contract's columns, which a dataset without rows has as well.

    Raises, before anything is read, TooLarge for more rows than memory is for, and Invalid for a contract by which
    what was accepted earlier can be read no more.
    """
    return all_rows({head.dataset: head}, {head.dataset: contract}, lake=lake, catalog=catalog)[head.dataset]


def all_rows(
    heads: Mapping[str, DatasetHead], contracts: Mapping[str, Contract], *, lake: ObjectStore, catalog: Catalog
) -> Mapping[str, pl.DataFrame]:
    """The rows of several datasets, as `rows_up_to` reads them, which have to be in memory together."""
    segments = {name: segments_up_to(head, catalog=catalog) for name, head in heads.items()}
    refuse_too_many(segments)
    for name, head in heads.items():
        refuse_incompatible(head.schemas, contracts[name])
    return {name: _joined(parts, heads[name].sequence, contracts[name], lake) for name, parts in segments.items()}


def part_rows(key: str, contract: Contract, *, lake: ObjectStore) -> pl.DataFrame:
    """The rows of one part, which lies at `key`, in the contract's columns."""
    return as_contract(from_parquet(lake.get(key)), contract)


def copies_up_to(head: DatasetHead, *, lake: ObjectStore, catalog: Catalog) -> pl.Series:
    """True for each row of `rows_up_to` that is a copy."""
    marks = list(marks_of(segments_up_to(head, catalog=catalog), head.sequence, lake=lake))
    return pl.concat(marks) if marks else pl.Series(dtype=pl.Boolean)


def moments_accepted(head: DatasetHead, *, lake: ObjectStore, catalog: Catalog) -> pl.Series:
    """When each row of `rows_up_to` was accepted."""
    of_rows = [_accepted(segment, head, lake, catalog) for segment in segments_up_to(head, catalog=catalog)]
    return pl.concat(of_rows) if of_rows else pl.Series(dtype=TIMESTAMP)


def _accepted(segment: Segment, head: DatasetHead, lake: ObjectStore, catalog: Catalog) -> pl.Series:
    if not segment.is_part:
        moments = from_parquet(lake.get(segment.key), [SEQUENCE, ACCEPTED_AT])
        return moments.filter(pl.col(SEQUENCE) <= head.sequence)[ACCEPTED_AT]
    moment = accepted_at(head.dataset, segment.first, catalog=catalog)
    return pl.repeat(moment, segment.rows, dtype=TIMESTAMP, eager=True)


def _joined(segments: Sequence[Segment], last: int, contract: Contract, lake: ObjectStore) -> pl.DataFrame:
    frames = list(rows_of(segments, last, contract, lake=lake))
    return pl.concat(frames, how="vertical") if frames else no_rows(contract)


def check_schemas(head: DatasetHead, contract: Contract) -> None:
    """Raise Invalid for a contract by which what was accepted earlier can be read no more."""
    refuse_incompatible(head.schemas, contract)


def check_memory(heads: Mapping[str, DatasetHead], *, catalog: Catalog) -> None:
    """Raise TooLarge, with the numbers, for datasets whose rows do not fit into a function's memory together."""
    refuse_too_many({name: segments_up_to(head, catalog=catalog) for name, head in heads.items()})


def refuse_too_many(segments: Mapping[str, Sequence[Segment]]) -> None:
    """Raise TooLarge, with the numbers, for segments whose rows do not fit into a function's memory together."""
    tables = [table_size(name, parts) for name, parts in segments.items()]
    if not fit_together(tables):
        raise too_large_together(tables)
