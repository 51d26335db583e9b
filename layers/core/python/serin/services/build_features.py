"""An accepted upload becomes one model's feature values: last values of entities, and buckets of their events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from functools import cached_property

import polars as pl

from serin.domain.charter import Charter, View
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead, Upload
from serin.domain.errors import SerinError
from serin.domain.events import Event
from serin.domain.fills import Fill, Written
from serin.domain.growth import GROWTH, SMALL, has_outgrown
from serin.domain.view_statistics import ViewStatistics
from serin.ports import Catalog, Clock, Events, ObjectStore, OnlineFeatures
from serin.services.steps.dataset_rows import part_rows
from serin.services.steps.first_training import is_due
from serin.services.steps.note_fills import DOOMED, note, refuse
from serin.services.steps.touched_rows import touched_rows
from serin.services.steps.view_writer import Functions, Heads, ViewWriter, sequence_of


@dataclass(frozen=True)
class Built:
    """How many items were newer than what was there, and what the rows of each view looked like that was built.

    `refused` says why nothing could be built, where trying again would not change that; `items` are by view.
    """

    written: int
    statistics: Mapping[str, ViewStatistics]
    refused: SerinError | None = None
    items: Mapping[str, Written] = field(default_factory=dict)


@dataclass(frozen=True)
class FeatureBuilder:
    """One model's views, and what is needed to fill them; `functions` finds the model's code by `module:name`.

    A dataset of fewer rows than `small` is read whole with every upload, a larger one when it has grown by `growth`.
    """

    charter: Charter
    contracts: Mapping[str, Contract]
    functions: Functions
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog
    online: OnlineFeatures
    clock: Clock
    small: int = SMALL
    growth: float = GROWTH

    @cached_property
    def writer(self) -> ViewWriter:
        """What writes the views' items."""
        return ViewWriter(
            self.charter,
            self.contracts,
            self.functions,
            lake=self.lake,
            catalog=self.catalog,
            online=self.online,
            clock=self.clock,
        )

    def build(self, dataset: str, upload_id: str, correlation: str, *, events: Events) -> Built:
        """Write what this upload changes, and announce it.

        Safe to repeat and to reorder: every item follows from the dataset's rows as a whole, and one that follows
        from more of them stays.
        """
        built = self.renew(dataset, upload_id)
        upload = self.catalog.upload(dataset, upload_id)
        sequence = upload.sequence if upload and upload.sequence else 0
        model, detail = self.charter.model, dict[str, str | int]()
        detail |= {"model": model, "dataset": dataset, "upload_id": upload_id, "sequence": sequence}
        # Looked at here, once an upload: most uploads of a model begin no training.
        detail["training"] = "due" if is_due(self.charter, dataset, catalog=self.catalog) else "not due"
        events.publish(Event("Features Refused" if built.refused else "Features Built", detail, correlation))
        return built

    def renew(self, dataset: str, upload_id: str) -> Built:
        """Write what this upload changes, and remember that it is in."""
        upload = self.catalog.upload(dataset, upload_id)
        if upload is None or upload.sequence is None:
            return Built(0, {})
        try:
            sequence, made = upload.sequence, self._made(upload) if upload.accepted else Built(0, {})
        except DOOMED as error:
            return Built(0, {}, refuse(self.writer, dataset, error))
        for view in self.charter.features.views:
            if dataset in self.charter.reads(view):
                items, now = made.items.get(view.name, Written(0)), self.clock.now()

                def built(fill: Fill, items: Written = items, now: datetime = now) -> Fill:
                    return fill.with_built(dataset, sequence).with_written(items, now)

                note(self.writer, view, built, made.statistics.get(view.name))
        return made

    def _made(self, upload: Upload) -> Built:
        parts = [self._of_own_rows(upload), *self._looked_up_in(upload)]
        statistics = {name: counted for part in parts for name, counted in part.statistics.items()}
        items = dict[str, Written]()
        for name, written in ((name, written) for part in parts for name, written in part.items.items()):
            items[name] = items.get(name, Written(0)) + written
        return Built(sum(part.written for part in parts), statistics, items=items)

    def _of_own_rows(self, upload: Upload) -> Built:
        """The items of the views on the upload's dataset that hold its rows, or the rows these replaced."""
        views = [view for view in self.charter.features.views if view.source == upload.dataset]
        if not views:
            return Built(0, {})
        heads = self.writer.heads(views[0])
        contract = self.contracts[upload.dataset]
        own = part_rows(upload.part or "", contract, lake=self.lake)
        counted = {view.name: self.writer.counted(view) for view in views}
        if not self._counts_again(counted.values(), heads[upload.dataset]):
            spans = touched_rows(self.writer, views, own, upload.sequence or 0, heads, counted.values())
            if spans is not None:
                return self._renewed(views, spans.rows, [spans.versions], heads, counted)
        everything = self.writer.everything(upload.dataset, heads)
        primary = list(contract.primary_key)
        touching = everything.join(own, on=primary, how="semi") if primary else own
        touched = self.writer.derived(upload.dataset, touching, heads)
        return self._renewed(views, everything, [] if touched is None else [touched], heads)

    def _counts_again(self, counted: Iterable[ViewStatistics | None], head: DatasetHead) -> bool:
        """Whether all rows are looked at: while they are few, and when many have come since they were."""
        if head.rows < self.small:
            return True
        return any(known is None or has_outgrown(known.counted, head.rows, self.growth) for known in counted)

    def _looked_up_in(self, upload: Upload) -> Iterable[Built]:
        """All values of the views on datasets whose derivation looks things up in the upload's.

        What was looked up before it may have put events into other buckets than now: these are written too.
        """
        for use in self.charter.datasets:
            views = [view for view in self.charter.features.views if view.source == use.name]
            if not views or use.derive is None or upload.dataset not in use.derive.uses:
                continue
            heads = self.writer.heads(views[0])
            everything = self.writer.everything(use.name, heads)
            before = {**heads, upload.dataset: DatasetHead(upload.dataset, (upload.sequence or 1) - 1)}
            derived = [self.writer.derived(use.name, everything, looked_up) for looked_up in (heads, before)]
            yield self._renewed(views, everything, [table for table in derived if table is not None], heads)

    def _renewed(
        self,
        views: list[View],
        read: pl.DataFrame,
        touched: list[pl.DataFrame],
        heads: Heads,
        counted: Mapping[str, ViewStatistics | None] | None = None,
    ) -> Built:
        """Make the items that the touched rows have a say in again, from all versions of all rows they follow from.

        `counted` are the statistics of all rows, where those that were read are only some.
        """
        rows = self.writer.derived(views[0].source, read, heads) if touched else None
        if rows is None:
            return Built(0, {})
        items, statistics = dict[str, Written](), {}
        for view in views:
            wanted = pl.concat([self.writer.touched(view, table) for table in touched]).unique()
            items[view.name] = self.writer.write(view, rows, wanted, sequence_of(heads))
            found = self.writer.statistics(view, rows, heads)
            statistics[view.name] = _statistics(found, (counted or {}).get(view.name))
        return Built(sum(written.items for written in items.values()), statistics, items=items)


def _statistics(read: ViewStatistics, counted: ViewStatistics | None) -> ViewStatistics:
    """Of all rows as they were counted last, where only some were read; the newest event is the newest of both."""
    if counted is None:
        return read
    newest = max((time for time in (read.newest, counted.newest) if time is not None), default=None)
    times = counted.times.followed_by(read.times) if counted.times and read.times else None
    return replace(counted, newest=newest, times=times)
