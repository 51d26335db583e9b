"""Which rows of a dataset the items that an upload touches are made of, told before the others are read.

An item follows from the rows of its entity and, for a window, of its bucket's time, each with all its versions. Of last
values no older event counts any more once a newer one is known that nothing replaces, and of a static view nothing that
was accepted before an entity's last row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from serin.data.features.buckets import START
from serin.domain.buckets import MICROSECOND, width
from serin.domain.charter import View
from serin.domain.contracts import Contract
from serin.domain.time_spans import Span
from serin.domain.view_statistics import ViewStatistics
from serin.services.steps.derived_spans import before_derivation, common_times
from serin.services.steps.rows_between import DatasetReading
from serin.services.steps.view_writer import Heads, ViewWriter

MOST_SPANS = 32
"""Stretches of buckets that are looked for one by one; of more, all between the first and the last is read."""
_NEWEST = "__newest"


@dataclass(frozen=True)
class TouchedRows:
    """All versions of an upload's rows, and the rows that the items are made of which these have a say in."""

    versions: pl.DataFrame
    rows: pl.DataFrame


def touched_rows(
    writer: ViewWriter,
    views: Sequence[View],
    own: pl.DataFrame,
    sequence: int,
    heads: Heads,
    counted: Iterable[ViewStatistics | None],
) -> TouchedRows | None:
    """For these views of one dataset, and the upload of that sequence, which brought the rows `own`.

    `counted` are the views' statistics, which tell where derived times lie. None where what is needed cannot be told
    before all is read: a derived time may lie anywhere, a row may have had another entity, or it withdraws the newest
    event.
    """
    dataset = views[0].source
    contract = writer.contracts[dataset]
    derives = writer.charter.dataset(dataset).derive is not None
    times = common_times(counted, dataset, heads) if derives else None
    if derives and times is None:
        return None
    reading = DatasetReading(heads[dataset], contract, lake=writer.lake, catalog=writer.catalog)
    rows = reading.versions_of(own) if contract.primary_key else own
    versions = writer.derived(dataset, rows, heads) if derives else rows
    if versions is None:
        return None
    spans = _spans(writer, views, versions, contract)
    if spans is not None and times is not None:
        spans = before_derivation(spans, times)
    if spans is None:
        return None
    # Every row from there on is read: of a static view none before matters, and nobody knows yet when others happened.
    since = [sequence] * any(view.static for view in views) + ([times.upto + 1] if times else [])
    return TouchedRows(versions, reading.between(spans, min(since, default=None)))


def _spans(
    writer: ViewWriter, views: Sequence[View], versions: pl.DataFrame, contract: Contract
) -> Sequence[Span] | None:
    """The times of the rows that the views' items are made of; None where they cannot be told."""
    spans = list[Span]()
    for view in views:
        if view.static:
            if contract.primary_key and not set(writer.key(view)) <= set(contract.primary_key):
                return None
            continue
        touched = (
            list(_stretches(writer, view, versions)) if view.windows else _newest(writer, view, versions, contract)
        )
        if touched is None:
            return None
        spans += touched
    return spans


def _stretches(writer: ViewWriter, view: View, versions: pl.DataFrame) -> Iterator[Span]:
    """The times of the buckets that these rows touch."""
    starts = writer.touched(view, versions)[START].unique().sort().to_list()
    step, column = width(view) // MICROSECOND, view.event_time or ""
    if not starts:
        return
    begins = [start for before, start in zip([None, *starts], starts, strict=False) if before != start - step]
    ends = [start + step - 1 for start, after in zip(starts, [*starts[1:], None], strict=True) if after != start + step]
    if len(begins) > MOST_SPANS:
        begins, ends = begins[:1], ends[-1:]
    for least, greatest in zip(begins, ends, strict=True):
        yield Span(column, least, greatest)


def _newest(writer: ViewWriter, view: View, versions: pl.DataFrame, contract: Contract) -> list[Span] | None:
    """From the event on that is certainly known of each entity these rows touch; None where one has none."""
    entities = writer.touched(view, versions)
    if entities.is_empty():
        return []
    key, now = list(writer.key(view)), writer.clock.now()
    times = [pl.col(name) <= now for name in (view.event_time, view.created_time) if name]
    alone = [pl.len().over(contract.primary_key) == 1] if contract.primary_key else []
    known = versions.filter(*alone).filter(*times).group_by(key).agg(pl.col(view.event_time or "").max().alias(_NEWEST))
    newest = entities.join(known, on=key, how="left")[_NEWEST].dt.epoch("us")
    least = newest.min()
    if newest.null_count() or not isinstance(least, int):
        return None
    return [Span(view.event_time or "", least)]
