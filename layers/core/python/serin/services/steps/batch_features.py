"""The features of a part's rows, as training makes them, and of those that cannot have any why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from serin.data.features.as_of import MOMENT
from serin.data.features.joins import ViewSources, with_features
from serin.data.features.marks import MARK, MISSING, STALE
from serin.data.features.on_demand import arguments_of, on_demand_functions
from serin.data.scoring.answers import names_where
from serin.data.scoring.asked_rows import AskedRows, as_of, asked_rows, patched
from serin.domain.batches import BatchPlan
from serin.domain.contracts import Contract
from serin.domain.errors import Invalid, SerinError
from serin.domain.features import Value
from serin.ports import Catalog, ObjectStore
from serin.services.steps.batch_version import BatchVersion
from serin.services.steps.dataset_rows import all_rows
from serin.services.steps.guarded import failed_rows, guarded
from serin.serving.requests import read_row

_RAGGED = Invalid(
    "The row has another number of values than the header.",
    "Write a value for each column; quote those that hold a comma or a line's end.",
)


@dataclass(frozen=True, eq=False)
class PartFeatures:
    """The model's columns for the rows that have them, which lie at `places` of all; `errors`, by place, of the others.

    `numbers` are those of all rows in the file. `guesses` are the views that had nothing (`missing`) or nothing fresh
    (`stale`) for the rows of the table.
    """

    numbers: pl.Series
    table: pl.DataFrame
    places: Sequence[int]
    errors: Mapping[int, SerinError]
    guesses: pl.DataFrame

    def row(self, number: int) -> Mapping[str, Value]:
        """A row of the table as a request's row of features."""
        return self.table.row(number, named=True)


def part_features(
    piece: pl.DataFrame,
    plan: BatchPlan,
    version: BatchVersion,
    contracts: Mapping[str, Contract],
    *,
    lake: ObjectStore,
    catalog: Catalog,
) -> PartFeatures:
    """What the version's model sees of each row, as of its moment or of the batch's start."""
    charter, columns = version.charter, [column.name for column in version.manifest.columns]
    asked = asked_rows(piece, charter, contracts.get(charter.truth.dataset))
    values, errors = _checked(asked, version)
    moments = as_of(asked.moments, piece.height, plan.batch.at)
    right = pl.Series([place for place in range(piece.height) if place not in errors], dtype=pl.UInt32)
    rows = values.with_columns(moments.alias(MOMENT))[right]
    versions = all_rows(plan.heads, contracts, lake=lake, catalog=catalog)
    with version.code.in_place() as functions:
        computed = guarded(charter, version.manifest, on_demand_functions(charter, functions), arguments_of)
        joined = with_features(rows, charter, ViewSources(charter, contracts, versions, functions), computed)
        failed = failed_rows(joined, charter, computed)
    errors |= {right[number]: error for number, error in failed.items()}
    kept = pl.Series([number for number in range(joined.height) if number not in failed], dtype=pl.UInt32)
    joined = joined[kept]
    return PartFeatures(asked.numbers, joined.select(columns), right[kept].to_list(), errors, _guesses(joined))


def _guesses(joined: pl.DataFrame) -> pl.DataFrame:
    views = [name for name in joined.columns if name.startswith(MARK)]
    marked = {mark: {name.removeprefix(MARK): pl.col(name) == mark for name in views} for mark in (MISSING, STALE)}
    return pl.DataFrame({mark: names_where(joined, conditions) for mark, conditions in marked.items()})


def _checked(asked: AskedRows, version: BatchVersion) -> tuple[pl.DataFrame, dict[int, SerinError]]:
    """The values, and of the rows that a request would be refused for why."""
    errors: dict[int, SerinError] = dict.fromkeys(asked.ragged, _RAGGED)
    again: dict[int, Mapping[str, Value]] = {}
    for place in asked.doubtful:
        try:
            again[place] = read_row(asked.as_sent(place), version.charter.inputs)
        except Invalid as error:
            errors[place] = error
    return patched(asked.values, again), errors
