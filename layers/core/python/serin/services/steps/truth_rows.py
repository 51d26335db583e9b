"""Rows of the truth's dataset as they were accepted, each with its label and when that came to be known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from functools import cached_property

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.data.features.joins import derive, latest_rows
from serin.data.features.truth import CREATED, with_created
from serin.data.looks.asked import INPUT
from serin.data.looks.truth import FACT_COLUMNS
from serin.domain.charter import Charter, Scalar
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead, Part
from serin.domain.errors import Invalid
from serin.domain.names import digest
from serin.domain.truth import TruthState, label_text
from serin.ports import Catalog, ObjectStore
from serin.services.steps.accepted_uploads import accepted_at
from serin.services.steps.dataset_rows import all_rows, moments_accepted, part_rows, rows_up_to
from serin.services.steps.view_writer import Functions

_ACCEPTED, _ROW, _LABEL, _ORDER = "__accepted", "__row", "__label", "__order"
_PART = 2**32
"""More than the rows of a part: what is of a later part, or later in one, has the greater order."""


@dataclass(frozen=True)
class TruthRows:
    """Rows of the truth's dataset up to `head` that can say something new, as the charter reads them.

    Those of new uploads, and of uploads since the first day whose predictions were not all there when truth was joined
    the last time; none that was accepted before `oldest`, when nobody had asked yet what is still waited for.
    """

    charter: Charter
    contracts: Mapping[str, Contract]
    functions: Functions
    state: TruthState
    head: DatasetHead
    oldest: datetime
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog

    @cached_property
    def parts(self) -> Sequence[Part]:
        """Where they lie, the newest first."""
        return [part for part in self._new_parts() if part.rows]

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row for each version of a row: what `about` reads.

        Where a derivation may look at other rows than its own, of all rows of the dataset, as they are now.
        """
        if self._row_by_row:
            return pl.concat(self._part_rows(part) for part in self.parts)
        return self._whole()

    @cached_property
    def _name(self) -> str:
        return self.charter.truth.dataset

    @property
    def _row_by_row(self) -> bool:
        """What views are built from is derived row by row, and is held to that."""
        derived = self.charter.dataset(self._name).derive is not None
        return not derived or any(view.source == self._name for view in self.charter.features.views)

    def _new_parts(self) -> Iterator[Part]:
        """The first old one ends it."""
        name, known = self._name, self.state.sequence
        for part in reversed(self.catalog.parts(name, known)):
            if part.sequence <= self.head.sequence:
                if self._accepted(part) < self.oldest:
                    return
                yield part
        for sequence in range(known, 0, -1):
            part = self.catalog.part(name, sequence)
            if self._accepted(part) < (self.state.unsealed or self.oldest):
                return
            yield part

    def _accepted(self, part: Part) -> datetime:
        return accepted_at(self._name, part.sequence, catalog=self.catalog)

    def _part_rows(self, part: Part) -> pl.DataFrame:
        rows = part_rows(part.key, self.contracts[self._name], lake=self.lake)
        accepted = pl.repeat(self._accepted(part), len(rows), dtype=TIMESTAMP, eager=True)
        return self._versions(rows, accepted, part.sequence, f"{part.sequence}.")

    def _whole(self) -> pl.DataFrame:
        rows = rows_up_to(self.head, self.contracts[self._name], lake=self.lake, catalog=self.catalog)
        accepted = moments_accepted(self.head, lake=self.lake, catalog=self.catalog)
        latest = latest_rows(rows.with_columns(accepted.alias(_ACCEPTED)), self.contracts[self._name])
        return self._versions(latest.drop(_ACCEPTED), latest[_ACCEPTED], self.head.sequence, "")

    def _versions(self, rows: pl.DataFrame, accepted: pl.Series, sequence: int, place: str) -> pl.DataFrame:
        """Entity, row, label, when it was known, order. A label that came to be known at no time says nothing."""
        derived = derive(self.charter, self._name, {**self._looked_up, self._name: rows}, self.functions)
        created = with_created(derived, self.charter.truth, accepted)[CREATED]
        labels = [
            None if label is None or at is None or not _is_finite(label) else label_text(label)
            for label, at in zip(derived[self.charter.truth.label], created, strict=True)
        ]
        key = self.contracts[self._name].primary_key
        index = pl.int_range(len(rows), eager=True)
        names = rows.select(pl.struct(key).struct.json_encode()).to_series() if key else place + index.cast(pl.String)
        return derived.select(self.charter.features.entities[self.charter.truth.entity]).with_columns(
            names.alias(_ROW),
            pl.Series(_LABEL, labels, dtype=pl.String),
            created.fill_null(accepted).alias(CREATED),
            (index + sequence * _PART).alias(_ORDER),
        )

    @cached_property
    def _looked_up(self) -> Mapping[str, pl.DataFrame]:
        use = self.charter.dataset(self._name).derive
        heads = {of: self.catalog.head(of) for of in (use.uses if use else ())}
        for of, head in heads.items():
            if head.rows == 0:
                raise Invalid(f"Labels are looked up in {of}, which has no rows.", f"Upload {of}.", "truth.label")
        tables = all_rows(heads, self.contracts, lake=self.lake, catalog=self.catalog)
        return {of: latest_rows(table, self.contracts[of]) for of, table in tables.items()}


def _is_finite(label: Scalar) -> bool:
    return not isinstance(label, float) or math.isfinite(label)


def about(rows: pl.DataFrame, asked: pl.DataFrame, charter: Charter) -> pl.DataFrame:
    """What the rows say of predictions about their entities, as facts.

    Also what was known when the question was asked: a later version of that row may be known after it.
    """
    entity = charter.features.entities[charter.truth.entity]
    types = [pl.col(INPUT + name).cast(rows.schema[name], strict=False).alias(name) for name in entity]
    joined = asked.select("prediction_id", *types).join(rows, on=list(entity), how="inner")
    names = pl.Series("by", [digest(name)[:32] for name in joined[_ROW]], dtype=pl.String)
    return joined.with_columns(
        names,
        pl.lit("dataset").alias("source"),
        pl.col(_ORDER).alias("order"),
        pl.col(CREATED).dt.epoch("us").alias("known"),
        pl.col(_LABEL).alias("label"),
        pl.lit(None, pl.Int64).alias("rating"),
    ).select(FACT_COLUMNS)
