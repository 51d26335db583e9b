"""From rows to the online store: the items of one model's views, last values of entities and buckets of events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any

import polars as pl

from serin.data.features.buckets import START, buckets_of, buckets_touched
from serin.data.features.derived_times import anchor_of, offsets_of
from serin.data.features.joins import derive, latest_rows, versions_by
from serin.data.features.latest import latest_values
from serin.data.features.versions import ACCEPTED
from serin.data.features.view_statistics import statistics_of
from serin.data.features.views import check_source
from serin.domain.buckets import Bucket, OnlineItem, definition, items_id, oldest_start, start_of
from serin.domain.charter import Charter, View
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.fills import BusyEntity, Written
from serin.domain.printable import printable
from serin.domain.schemas import refuse_incompatible, refuse_retyped
from serin.domain.shown_names import is_hidden, shown_values
from serin.domain.view_statistics import DerivedTimes, ValueStatistics, ViewStatistics
from serin.ports import Catalog, Clock, ObjectStore, OnlineFeatures
from serin.services.steps.dataset_rows import rows_up_to

Functions = Callable[[str], Callable[..., Any]]
Heads = Mapping[str, DatasetHead]


@dataclass(frozen=True)
class ViewWriter:
    """One model's views, and what is needed to fill them; `functions` finds the model's code by `module:name`."""

    charter: Charter
    contracts: Mapping[str, Contract]
    functions: Functions
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog
    online: OnlineFeatures
    clock: Clock
    _looked_up: dict[str, tuple[DatasetHead, pl.DataFrame]] = field(default_factory=dict)

    def heads(self, view: View) -> Heads:
        """How much there is of the datasets the view reads, at one moment.

        As read one after the other they may never have been together: of two such readings neither has seen
        more, and the sum would let the one that missed a lookup replace the one that did not.
        """
        source, *looked_up = self.charter.reads(view)
        heads = {name: self.catalog.head(name) for name in looked_up}
        while True:
            own, again = self.catalog.head(source), {name: self.catalog.head(name) for name in looked_up}
            if again == heads:
                return {source: own, **heads}
            heads = again

    def key(self, view: View) -> Sequence[str]:
        """The columns that name the view's entity."""
        return self.charter.features.entities[view.entity]

    def everything(self, dataset: str, heads: Heads) -> pl.DataFrame:
        """Every row of the dataset up to its head, replaced ones too."""
        self.check_readable(dataset, heads[dataset])
        return rows_up_to(heads[dataset], self.contracts[dataset], lake=self.lake, catalog=self.catalog)

    def check_readable(self, dataset: str, head: DatasetHead) -> None:
        """Raise Invalid for a contract by which what is there can be read no more, or as something else than before."""
        refuse_incompatible(head.schemas, self.contracts[dataset])
        refuse_retyped(self.charter.dataset(dataset).types, self.contracts[dataset])

    def derived(self, dataset: str, rows: pl.DataFrame, heads: Heads) -> pl.DataFrame | None:
        """The rows with what is derived; None until everything that is looked up has rows: then all is made."""
        latest = {name: self._latest(name, heads) for name in heads if name != dataset}
        if rows.is_empty() or any(table.is_empty() for table in latest.values()):
            return None
        # The model's code sees the columns of the contract and no others.
        numbers = [ACCEPTED] if ACCEPTED in rows.columns else []
        derived = derive(self.charter, dataset, {**latest, dataset: rows.drop(numbers)}, self.functions)
        return derived.with_columns(rows.select(numbers))

    def _latest(self, dataset: str, heads: Heads) -> pl.DataFrame:
        """The newest version of each row of a dataset that is looked up, read once for one head."""
        head, known = heads[dataset], self._looked_up.get(dataset)
        if known is None or known[0] != head:
            known = head, self.latest(dataset, self.everything(dataset, heads))
            self._looked_up[dataset] = known
        return known[1]

    def touched(self, view: View, rows: pl.DataFrame) -> pl.DataFrame:
        """What the rows have a say in, each once: entities, and for windows their buckets that are still asked for."""
        key = self.key(view)
        check_source(view, rows, key)
        if not view.windows:
            return rows.select(key).drop_nulls().unique()
        return buckets_touched(view, rows, key).filter(pl.col(START) >= oldest_start(view, self.clock.now()))

    def write(self, view: View, rows: pl.DataFrame, wanted: pl.DataFrame, sequence: int) -> Written:
        """The items `wanted`, made of all versions of rows up to `sequence`."""
        key, name = self.key(view), items_id(self.charter, view)
        identity = versions_by(rows, self.latest(view.source, rows), self.contracts[view.source])
        if view.windows:
            buckets = buckets_of(view, name, rows, key, identity, wanted, sequence)
            written, ids = self.online.write_buckets(buckets), frozenset(bucket.key.id for bucket in buckets)
            return Written(written, ids, tuple(self._busy(view, bucket) for bucket in buckets if bucket.too_many))
        values = latest_values(view, name, rows, key, identity, wanted, sequence, self.clock.now())
        written, ids = self.online.write(values), frozenset(value.key.id for value in values)
        return Written(written, ids, tuple(self._busy(view, value) for value in values if value.too_many))

    def _busy(self, view: View, item: OnlineItem) -> BusyEntity:
        key = {name: str(value) for name, value in zip(self.key(view), item.key.values, strict=True)}
        hidden = [name for name in key if is_hidden(self.charter, view.source, name)]
        entity = ", ".join(f"{name}={value}" for name, value in shown_values(key, hidden).items())
        since, until = (start_of(item.key), item.expires) if isinstance(item, Bucket) else (None, None)
        return BusyEntity(printable(entity, 200), item.too_many, item.key.id, since, until)

    def statistics(self, view: View, rows: pl.DataFrame, heads: Heads) -> ViewStatistics:
        """What the newest versions of the rows look like, which were derived at these heads."""
        counted = statistics_of(view, self.latest(view.source, rows), self.key(view), self.clock.now())
        values = {
            name: ValueStatistics(value.nulls) if is_hidden(self.charter, view.source, name) else value
            for name, value in counted.values.items()
        }
        return replace(counted, values=values, counted=rows.height, times=self._times(view.source, rows, heads))

    def _times(self, dataset: str, rows: pl.DataFrame, heads: Heads) -> DerivedTimes | None:
        contract = self.contracts[dataset]
        anchor = anchor_of(contract)
        if self.charter.dataset(dataset).derive is None or anchor is None:
            return None
        sequences = {name: head.sequence for name, head in heads.items()}
        upto = sequences.pop(dataset)
        return DerivedTimes(anchor, offsets_of(rows, anchor, contract), upto, sequences)

    def counted(self, view: View) -> ViewStatistics | None:
        """What they looked like when they were last counted, as the record of the view has it."""
        fill = self.catalog.fill(self.charter.model, definition(self.charter, view))
        return fill.statistics if fill else None

    def latest(self, dataset: str, rows: pl.DataFrame) -> pl.DataFrame:
        """The newest version of each row."""
        return latest_rows(rows, self.contracts[dataset])


def sequence_of(heads: Heads) -> int:
    """Every head only grows, so the sum tells which of two writers has seen more."""
    return sum(head.sequence for head in heads.values())
