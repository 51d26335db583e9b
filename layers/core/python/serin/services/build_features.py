"""An accepted upload becomes one model's feature values: last values of entities, and buckets of their events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from serin.data.buckets import buckets_of, buckets_touched
from serin.data.joins import derive, latest_rows
from serin.data.latest import latest_values
from serin.data.parquet import from_parquet
from serin.data.views import check_source
from serin.domain.buckets import definition
from serin.domain.charter import Charter, View
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead, Upload
from serin.domain.events import Event
from serin.ports import Catalog, Clock, Events, ObjectStore, OnlineFeatures
from serin.services.dataset_rows import rows_up_to

Functions = Callable[[str], Callable[..., Any]]


@dataclass(frozen=True)
class FeatureBuilder:
    """One model's views, and what is needed to fill them; `functions` finds the model's code by `module:name`."""

    charter: Charter
    contracts: Mapping[str, Contract]
    functions: Functions
    lake: ObjectStore
    catalog: Catalog
    online: OnlineFeatures
    clock: Clock

    def build(self, dataset: str, upload_id: str, correlation: str, events: Events) -> int:
        """Write what this upload changes, and announce it; how many values or buckets were newer than what was there.

        Safe to repeat and to reorder: of last values the newest event stays, and a bucket follows
        from the dataset's rows as a whole.
        """
        upload = self.catalog.upload(dataset, upload_id)
        written = 0
        if upload is not None and upload.part is not None and upload.accepted:
            views = [view for view in self.charter.features.views if view.source == dataset]
            written += self._last_values(upload, [view for view in views if not view.windows])
            written += self._buckets_of_rows(upload, [view for view in views if view.windows])
            written += self._looked_up_in(upload)
        sequence = upload.sequence if upload and upload.sequence else 0
        detail: dict[str, str | int]
        detail = {"model": self.charter.model, "dataset": dataset, "upload_id": upload_id, "sequence": sequence}
        events.publish(Event("Features Built", detail, correlation))
        return written

    def _last_values(self, upload: Upload, views: list[View]) -> int:
        if not views:
            return 0
        return self._write_last(views, self._derived(upload.dataset, self._rows(upload), self._lookups(upload.dataset)))

    def _write_last(self, views: list[View], derived: pl.DataFrame | None) -> int:
        written = 0
        if derived is None:
            return written
        for view in views:
            key = self.charter.features.entities[view.entity]
            check_source(view, derived, key)
            written += self.online.write(latest_values(derived, view, key))
        return written

    def _buckets_of_rows(self, upload: Upload, views: list[View]) -> int:
        """The buckets that hold the upload's rows, or the rows these replaced."""
        if not views:
            return 0
        head, heads = self._heads(upload.dataset)
        everything = rows_up_to(head, self.lake, self.catalog)
        primary = list(self.contracts[upload.dataset].primary_key)
        own = self._rows(upload)
        touching = everything.join(own, on=primary, how="semi") if primary else own
        touched = self._derived(upload.dataset, touching, heads)
        return self._write(views, everything, [] if touched is None else [touched], head, heads)

    def _looked_up_in(self, upload: Upload) -> int:
        """All values of the views on datasets whose derivation looks things up in the upload's.

        What was looked up before it may have put events into other buckets than now: these are written too.
        """
        written = 0
        for use in self.charter.datasets:
            views = [view for view in self.charter.features.views if view.source == use.name]
            if not views or use.derive is None or upload.dataset not in use.derive.uses:
                continue
            head, heads = self._heads(use.name)
            everything = rows_up_to(head, self.lake, self.catalog)
            before = {**heads, upload.dataset: DatasetHead(upload.dataset, (upload.sequence or 1) - 1)}
            found = [self._derived(use.name, everything, looked_up) for looked_up in (heads, before)]
            touched = [table for table in found if table is not None]
            written += self._write_last([view for view in views if not view.windows], found[0])
            written += self._write([view for view in views if view.windows], everything, touched, head, heads)
        return written

    def _write(
        self,
        views: list[View],
        everything: pl.DataFrame,
        touched: list[pl.DataFrame],
        head: DatasetHead,
        heads: Mapping[str, DatasetHead],
    ) -> int:
        """Make the buckets that the touched rows lie in again, from the rows that count."""
        rows = self._derived(head.dataset, everything, heads)
        if rows is None or not touched:
            return 0
        rows = latest_rows(rows, self.contracts[head.dataset])
        # Every head only grows, so the sum tells which of two writers has seen more.
        sequence = head.sequence + sum(other.sequence for other in heads.values())
        now, written = self.clock.now(), 0
        for view in views:
            key = self.charter.features.entities[view.entity]
            check_source(view, rows, key)
            wanted = pl.concat([buckets_touched(view, table, key) for table in touched]).unique()
            buckets = buckets_of(view, definition(self.charter, view), rows, key, wanted, sequence)
            written += self.online.write_buckets([bucket for bucket in buckets if bucket.expires > now])
        return written

    def _rows(self, upload: Upload) -> pl.DataFrame:
        return from_parquet(self.lake.get(upload.part or ""))

    def _heads(self, dataset: str) -> tuple[DatasetHead, Mapping[str, DatasetHead]]:
        """The dataset's head, and those of the datasets that its derivation looks things up in, at one moment.

        As read one after the other they may never have been together: of two such readings neither has seen
        more, and the sum would let the one that missed a lookup replace the one that did not.
        """
        heads = self._lookups(dataset)
        while True:
            head, again = self.catalog.head(dataset), self._lookups(dataset)
            if again == heads:
                return head, heads
            heads = again

    def _lookups(self, dataset: str) -> Mapping[str, DatasetHead]:
        """The heads of the datasets that this one's derivation looks things up in."""
        use = self.charter.dataset(dataset)
        return {name: self.catalog.head(name) for name in use.derive.uses} if use.derive else {}

    def _derived(self, dataset: str, rows: pl.DataFrame, heads: Mapping[str, DatasetHead]) -> pl.DataFrame | None:
        """The rows with what is derived; None until everything that is looked up has rows: then all is made."""
        tables = {name: rows_up_to(head, self.lake, self.catalog) for name, head in heads.items()}
        if rows.is_empty() or any(table.is_empty() for table in tables.values()):
            return None
        latest = {name: latest_rows(table, self.contracts[name]) for name, table in tables.items()}
        return derive(self.charter, dataset, {**latest, dataset: rows}, self.functions)
