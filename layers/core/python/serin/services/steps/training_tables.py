"""The tables a training set is made of: all rows, or those that its window and the views' reach need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from functools import cached_property

import polars as pl

from serin.data.features.as_of import MOMENT
from serin.data.features.joins import latest_rows
from serin.data.features.versions import ACCEPTED
from serin.domain.charter import Charter, View
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.ports import Catalog, ObjectStore
from serin.services.steps.accepted_uploads import accepted_at
from serin.services.steps.dataset_rows import all_rows, copies_up_to
from serin.services.steps.rows_between import EVER, DatasetReading, Span, microseconds
from serin.services.steps.segments import segments_up_to

Tables = Mapping[str, pl.DataFrame]
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
        least = self._least(charter, until)
        spans = None if least is None else _spans(charter, self.contracts, least)
        if least is not None and spans:
            rows = make(self._recent(spans), None, until)
            begins = rows.select(pl.col(MOMENT).max() + charter.features.moment.before - window).item()
            # Where the window begins follows from the rows: if they reach back beyond what was read, all is.
            if begins is not None and microseconds(begins) >= least:
                return rows
        return make(self._everything, copies_up_to(self.heads[truth], lake=self.lake, catalog=self.catalog), until)

    @cached_property
    def _everything(self) -> Tables:
        return all_rows(self.heads, self.contracts, lake=self.lake, catalog=self.catalog)

    def _recent(self, spans: Mapping[str, Sequence[Span]]) -> Tables:
        whole = {name: head for name, head in self.heads.items() if name not in spans}
        recent = {name: self._between(name, self.contracts[name], spans[name]) for name in spans}
        return {**all_rows(whole, self.contracts, lake=self.lake, catalog=self.catalog), **recent}

    def _between(self, dataset: str, contract: Contract, spans: Sequence[Span]) -> pl.DataFrame:
        reading = DatasetReading(self.heads[dataset], contract, lake=self.lake, catalog=self.catalog)
        return reading.between(spans).drop(ACCEPTED)

    def _least(self, charter: Charter, until: datetime) -> int | None:
        """From when on the truth's rows are needed, in microseconds; None where that cannot be told before."""
        truth, column, label = charter.truth.dataset, charter.features.moment.column, charter.truth.label
        contract, head = self.contracts[truth], self.heads[truth]
        if not _is_time(contract, column) or label not in _columns(contract) or not contract.primary_key:
            return None
        ranges = [one.ranges.get(column) for one in segments_up_to(head, catalog=self.catalog)]
        known = [found for found in ranges if found is not None]
        if len(known) < len(ranges) or not known:
            return None
        window = charter.training.window // timedelta(microseconds=1)
        last = until + charter.features.moment.before
        least = min(max(found[1] for found in known), microseconds(last)) - window
        rows = self._between(truth, contract.only((column, label, *contract.primary_key)), (Span(column, least),))
        if rows.is_empty():
            return None
        labelled = latest_rows(rows, contract).drop_nulls([column, label])
        newest = labelled.filter(pl.col(column) <= last).select(pl.col(column).max()).item()
        return None if newest is None else min(least, microseconds(newest) - window)


def _spans(charter: Charter, contracts: Mapping[str, Contract], least: int) -> dict[str, tuple[Span, ...]] | None:
    """The times of each dataset's rows that are needed; a dataset that is needed whole has none.

    None where the truth's dataset is needed whole, or what it holds is not known before it is derived.
    """
    truth, moment = charter.truth.dataset, charter.features.moment
    looked_up = {name for use in charter.datasets if use.derive for name in use.derive.uses}
    asked = least - moment.before // timedelta(microseconds=1)
    spans: dict[str, tuple[Span, ...]] = {}
    for use in charter.datasets:
        views = [view for view in charter.features.views if view.source == use.name]
        reach = [_reach(view, contracts[use.name], asked) for view in views]
        if use.derive or use.name in looked_up or None in reach or not (views or use.name == truth):
            continue
        own = [Span(moment.column, least)] if use.name == truth else []
        spans[use.name] = (*own, *(span for span in reach if span))
    return spans if truth in spans else None


def _reach(view: View, contract: Contract, asked: int) -> Span | None:
    """The events that the view may need of a moment `asked` or later; None where any may be."""
    if view.static or view.ttl is None or view.event_time is None or not _is_time(contract, view.event_time):
        return None
    longest = max([view.ttl, *(window.over for window in view.windows)])
    return Span(view.event_time, max(-EVER, asked - longest // timedelta(microseconds=1)))


def _is_time(contract: Contract, name: str) -> bool:
    return any(column.name == name and column.type == "timestamp" for column in contract.columns)


def _columns(contract: Contract) -> set[str]:
    return {column.name for column in contract.columns}
