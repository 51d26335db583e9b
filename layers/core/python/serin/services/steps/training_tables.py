"""The tables a training set is made of: all rows, or those that its window and the views' reach need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from functools import cached_property

import polars as pl

from serin.data.features.as_of import MOMENT
from serin.data.features.joins import latest_rows
from serin.data.features.versions import ACCEPTED
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.time_spans import Span
from serin.ports import Catalog, ObjectStore
from serin.services.steps.accepted_uploads import accepted_at
from serin.services.steps.dataset_rows import all_rows, copies_up_to
from serin.services.steps.listed_segments import segments_up_to
from serin.services.steps.rows_between import DatasetReading, microseconds
from serin.services.steps.training_spans import (
    MICROSECOND,
    Times,
    derived_times,
    newest_asked,
    span_of,
    spans_of,
    window_begins,
)

Tables = Mapping[str, pl.DataFrame]
_ATTEMPTS = 2
Make = Callable[[Tables, pl.Series | None, datetime], pl.DataFrame]


@dataclass(frozen=True)
class TrainingTables:
    """The datasets of a model up to some heads."""

    heads: Mapping[str, DatasetHead]
    contracts: Mapping[str, Contract]
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog

    def rows(self, charter: Charter, make: Make) -> pl.DataFrame:
        """The training rows that `make` makes of the tables, and of the truth's marks of copies where it needs them.

        It is told when the newest of the truth's rows came, after which no row was known. Whoever makes the rows again
        does so by the same moment.
        They are the same whether the tables are whole or only reach back as far as the newest label's window does.
        """
        truth, window = charter.truth.dataset, charter.training.window
        until = accepted_at(truth, self.heads[truth].sequence, catalog=self.catalog)
        times = derived_times(charter, self.heads, catalog=self.catalog)
        least = self._least(charter, until, times)
        for _ in range(_ATTEMPTS):
            spans = None if least is None else spans_of(charter, self.contracts, least, times)
            if least is None or spans is None:
                break
            rows = make(self._recent(spans, times), None, until)
            newest: datetime | None = rows.select(pl.col(MOMENT).max()).item()
            if newest is None:
                break
            # Where the window begins follows from the rows: if they reach back beyond what was read, more is.
            begins = microseconds(newest + charter.features.moment.before - window)
            if begins >= least:
                return rows
            least = begins
        return make(self._everything, copies_up_to(self.heads[truth], lake=self.lake, catalog=self.catalog), until)

    @cached_property
    def _everything(self) -> Tables:
        return all_rows(self.heads, self.contracts, lake=self.lake, catalog=self.catalog)

    def _recent(self, spans: Mapping[str, Sequence[Span]], times: Times) -> Tables:
        whole = {name: head for name, head in self.heads.items() if name not in spans}
        recent = {name: self._between(self.contracts[name], spans[name], times) for name in spans}
        return {**all_rows(whole, self.contracts, lake=self.lake, catalog=self.catalog), **recent}

    def _between(self, contract: Contract, spans: Sequence[Span], times: Times) -> pl.DataFrame:
        reading = DatasetReading(self.heads[contract.dataset], contract, lake=self.lake, catalog=self.catalog)
        known = times.get(contract.dataset)
        return reading.between(spans, known.upto + 1 if known else None).drop(ACCEPTED)

    def _least(self, charter: Charter, until: datetime, times: Times) -> int | None:
        """From when on the truth's rows are needed, in microseconds; None where that cannot be told before."""
        truth, column = charter.truth.dataset, charter.features.moment.column
        contract, head = self.contracts[truth], self.heads[truth]
        newest = newest_asked(charter, contract, segments_up_to(head, catalog=self.catalog), times)
        span = span_of(charter, contract, 0, times)
        if newest is None or span is None:
            return None
        if span.column != column or charter.truth.label not in {one.name for one in contract.columns}:
            # Which of the newest rows have a label is known once they are derived.
            return window_begins(charter, newest)
        return self._labelled_since(charter, newest, until)

    def _labelled_since(self, charter: Charter, newest: int, until: datetime) -> int | None:
        """Where the window of the newest label begins; the moments of all rows are `newest` at most."""
        contract, column = self.contracts[charter.truth.dataset], charter.features.moment.column
        label, window = charter.truth.label, charter.training.window // MICROSECOND
        last = until + charter.features.moment.before
        least = min(newest, microseconds(last)) - window
        rows = self._between(contract.only((column, label, *contract.primary_key)), (Span(column, least),), {})
        if rows.is_empty():
            return None
        labelled = latest_rows(rows, contract).drop_nulls([column, label])
        found = labelled.filter(pl.col(column) <= last).select(pl.col(column).max()).item()
        return None if found is None else min(least, microseconds(found) - window)
