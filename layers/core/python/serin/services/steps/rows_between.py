"""Those rows of a dataset that some times are needed of, and all versions of these: the rest is not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from serin.data.contract.types import POLARS_TYPES
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.segments import Segment
from serin.ports import Catalog, ObjectStore
from serin.services.steps.dataset_rows import check_schemas, refuse_too_many
from serin.services.steps.segments import rows_of, segments_up_to

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
EVER = 2**63 - 1


@dataclass(frozen=True)
class Span:
    """Values of a column of timestamps from `least` to `greatest`, both included, in microseconds since 1970."""

    column: str
    least: int = -EVER
    greatest: int = EVER

    @classmethod
    def since(cls, column: str, moment: datetime) -> Span:
        """From a moment on."""
        return cls(column, microseconds(moment))

    @property
    def holds(self) -> pl.Expr:
        """Whether a row's value lies within; a null does not."""
        return pl.col(self.column).dt.epoch("us").is_between(self.least, self.greatest).fill_null(value=False)


def rows_between(
    head: DatasetHead, contract: Contract, spans: Sequence[Span], *, lake: ObjectStore, catalog: Catalog
) -> pl.DataFrame:
    """The rows up to `head` of which some version lies within one of the spans, with all their versions, in order.

    Only segments that may have such rows are read, by the ranges of the columns and of the primary key. Raises as
    `rows_up_to` does, for what is read.
    """
    check_schemas(head, contract)
    segments = segments_up_to(head, catalog=catalog)
    near = [one for one in segments if any(_may_hold(one, span) for span in spans)]
    refuse_too_many({head.dataset: near})
    frames = dict(zip((one.first for one in near), rows_of(near, head.sequence, contract, lake=lake), strict=True))
    if not frames:
        types = {column.name: POLARS_TYPES[column.type] for column in contract.columns}
        return pl.DataFrame(schema=types if segments else {})
    asked = pl.concat(frames.values()).filter(pl.any_horizontal(span.holds for span in spans))
    key = list(contract.primary_key)
    if not key:
        return asked
    others = [one for one in segments if one.first not in frames and may_have_versions(one, asked, key)]
    refuse_too_many({head.dataset: [*near, *others]})
    read = rows_of(others, head.sequence, contract, lake=lake)
    frames |= zip((one.first for one in others), read, strict=True)
    rows = pl.concat([frames[one.first] for one in segments if one.first in frames])
    return rows.join(asked.select(key).unique(), on=key, how="semi", nulls_equal=True, maintain_order="left")


def microseconds(moment: datetime) -> int:
    """The moment in microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def may_have_versions(segment: Segment, rows: pl.DataFrame, key: Sequence[str]) -> bool:
    """Whether a segment may have a row of the same key as one of these."""
    if rows.is_empty():
        return False
    for name in key:
        known = segment.ranges.get(name)
        values = rows[name].to_physical()
        if known is None or not values.dtype.is_integer() or values.null_count():
            continue
        least, greatest = values.min(), values.max()
        if isinstance(least, int) and isinstance(greatest, int) and not segment.may_lie_within(name, least, greatest):
            return False
    return True


def _may_hold(segment: Segment, span: Span) -> bool:
    return segment.may_lie_within(span.column, span.least, span.greatest)
