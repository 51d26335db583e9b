"""Those rows of a dataset that some times are needed of, and all versions of these: the rest is not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import polars as pl

from serin.data.contract.types import POLARS_TYPES
from serin.data.features.versions import ACCEPTED
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.segments import Segment
from serin.domain.time_spans import Span
from serin.ports import Catalog, ObjectStore
from serin.services.steps.dataset_rows import check_schemas, refuse_too_many
from serin.services.steps.listed_segments import segments_up_to
from serin.services.steps.segments import rows_of

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class DatasetReading:
    """A dataset up to `head`, of which each segment is read once, and only if somebody needs it.

    Tables have the contract's columns and `__accepted`, each row's number among all that were accepted, and their rows
    in that order. Raises as `rows_up_to` does, for what is read.
    """

    def __init__(self, head: DatasetHead, contract: Contract, *, lake: ObjectStore, catalog: Catalog) -> None:
        check_schemas(head, contract)
        self._head, self._contract, self._lake = head, contract, lake
        self._segments = segments_up_to(head, catalog=catalog)
        ends = accumulate(one.rows for one in self._segments)
        self._first_numbers = {one.first: end - one.rows for one, end in zip(self._segments, ends, strict=True)}
        self._frames: dict[int, pl.DataFrame] = {}

    def versions_of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """All rows that have the primary key of one of these."""
        key = list(self._contract.primary_key)
        table = self._table([one for one in self._segments if _may_have_versions(one, rows, key)])
        return table.join(rows.select(key).unique(), on=key, how="semi", nulls_equal=True, maintain_order="left")

    def between(self, spans: Sequence[Span], since: int | None = None) -> pl.DataFrame:
        """The rows that lie within one of the spans, or came with the upload `since` or later; and all their versions.

        Which segments may have such rows is told by the ranges of their columns, the primary key's among them.
        """
        later = [one for one in self._segments if since is not None and one.last >= since]
        others = [one for one in self._segments if one not in later and any(span.may_be_in(one) for span in spans)]
        within = pl.any_horizontal(_lies_in(span) for span in spans) if spans else pl.lit(value=False)
        rows = pl.concat([self._table(later), self._table(others).filter(within)])
        return self.versions_of(rows) if self._contract.primary_key else rows.sort(ACCEPTED)

    def _table(self, segments: Iterable[Segment]) -> pl.DataFrame:
        wanted = list(segments)
        missing = [one for one in wanted if one.first not in self._frames]
        refuse_too_many(
            {self._head.dataset: [one for one in self._segments if one in missing or one.first in self._frames]}
        )
        for one, rows in zip(
            missing, rows_of(missing, self._head.sequence, self._contract, lake=self._lake), strict=True
        ):
            first = self._first_numbers[one.first]
            number = pl.int_range(first, first + pl.len(), dtype=pl.UInt32).alias(ACCEPTED)
            self._frames[one.first] = rows.with_columns(number)
        types = {column.name: POLARS_TYPES[column.type] for column in self._contract.columns}
        empty = pl.DataFrame(schema={**types, ACCEPTED: pl.UInt32})
        return pl.concat([empty, *(self._frames[one.first] for one in wanted)])


def microseconds(moment: datetime) -> int:
    """The moment in microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def _lies_in(span: Span) -> pl.Expr:
    """Whether a row's value lies within; a null does not."""
    return pl.col(span.column).dt.epoch("us").is_between(span.least, span.greatest).fill_null(value=False)


def _may_have_versions(segment: Segment, rows: pl.DataFrame, key: Sequence[str]) -> bool:
    """Whether a segment may have a row of the same key as one of these."""
    if rows.is_empty():
        return False
    for name in key:
        values = rows[name].to_physical()
        if name not in segment.ranges or not values.dtype.is_integer() or values.null_count():
            continue
        least, greatest = values.min(), values.max()
        if isinstance(least, int) and isinstance(greatest, int) and not segment.may_lie_within(name, least, greatest):
            return False
    return True
