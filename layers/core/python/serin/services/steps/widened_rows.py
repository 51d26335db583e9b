"""Whole numbers that became numbers: before the first file of the wider type, that each of them still is what it was.

A file that was accepted keeps the contract from going back, so what cannot be read any more has to be known before.
"""

from __future__ import annotations

from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.schemas import narrower_types, schema_of
from serin.domain.segments import Segment
from serin.ports import Catalog, ObjectStore
from serin.services.steps.listed_segments import segments_up_to
from serin.services.steps.segments import rows_of

_EXACT = 2**53
"""Up to here every whole number is a 64-bit float."""


def refuse_inexact(head: DatasetHead, contract: Contract, *, lake: ObjectStore, catalog: Catalog) -> None:
    """Raise Invalid for rows that hold an integer which no number is, of a column that the contract makes a number.

    Only files with so great a value are read, and none once a file was accepted under the contract's types.
    """
    types = {column.name: column.type for column in contract.columns}
    narrower = narrower_types(head.schemas, contract)
    widened = [name for name, kind in narrower.items() if (kind, types[name]) == ("integer", "number")]
    if not widened or schema_of(contract).name in {schema.name for schema in head.schemas}:
        return
    segments = [one for one in segments_up_to(head, catalog=catalog) if any(_may_be_inexact(one, n) for n in widened)]
    for _ in rows_of(segments, head.sequence, contract.only(widened), lake=lake):
        pass  # Reading them by the contract is what refuses them.


def _may_be_inexact(segment: Segment, column: str) -> bool:
    values = segment.ranges.get(column)
    return values is None or max(-values[0], values[1]) > _EXACT
