"""A view's items from all uploads there are: a changed definition begins with none, and lost uploads leave holes.

It goes in steps, each begun by the event of the one before, so that no step needs longer than a function has.
Steps may be repeated, be lost and run beside uploads: an item is only ever replaced by one of as many rows or more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from serin.domain.buckets import definition
from serin.domain.charter import View
from serin.domain.errors import Invalid, TooLarge
from serin.domain.events import Event
from serin.domain.features import EntityKey
from serin.domain.fills import Fill, Written
from serin.domain.view_statistics import ViewStatistics
from serin.ports import Events
from serin.services.steps.dataset_rows import check_memory
from serin.services.steps.note_fills import DOOMED, note, refuse
from serin.services.steps.view_writer import Heads, ViewWriter, sequence_of

ITEMS_A_STEP = 20_000

NOTHING = Written(0)

Detail = Mapping[str, str | int]


def begin_backfill(
    writers: Sequence[ViewWriter], view: str | None, correlation: str, *, events: Events
) -> tuple[str, ...]:
    """Begin to fill the view of that name, or every view that is behind; the definitions that were begun.

    What is too large for the function is not begun: its record says why.
    """
    begun = []
    for writer, statistics in _views(writers):
        heads = _sequences(writer.heads(statistics))
        fill = writer.catalog.fill(writer.charter.model, definition(writer.charter, statistics))
        wanted = statistics.name == view if view else fill is None or fill.behind(heads)
        if wanted and _has_room(writer, statistics):
            note(writer, statistics, lambda fill: replace(fill, begun=fill.begun + 1, refused=None))
            step = Step(definition(writer.charter, statistics), heads)
            events.publish(step.event(writer.charter.model, correlation))
            begun.append(step.definition)
    return tuple(begun)


@dataclass(frozen=True)
class Step:
    """Which share of a definition's entities is next. `heads` are the sequences that are in once the last one ends."""

    definition: str
    heads: Mapping[str, int]
    number: int = 0
    of: int = 0
    items: int = 0

    def event(self, model: str, correlation: str) -> Event:
        """What begins it."""
        heads = " ".join(f"{name}={sequence}" for name, sequence in self.heads.items())
        counts = {"step": self.number, "of": self.of, "items": self.items}
        return Event(
            "Backfill Wanted", {"model": model, "definition": self.definition, "heads": heads, **counts}, correlation
        )


def step_of(detail: Detail) -> Step:
    """The step that an event begins."""
    pairs = (pair.rpartition("=") for pair in str(detail["heads"]).split())
    heads = {name: int(sequence) for name, _, sequence in pairs}
    return Step(str(detail["definition"]), heads, int(detail["step"]), int(detail["of"]), int(detail["items"]))


def backfill_step(writers: Sequence[ViewWriter], step: Step, correlation: str, *, events: Events) -> int:
    """Fill one share and begin the next; how many items the store did not have newer.

    A definition that nobody needs any more is left as it is.
    """
    for writer, view in _views(writers):
        if definition(writer.charter, view) == step.definition:
            try:
                return _Filling(writer, view, step).run(correlation, events)
            except DOOMED as error:
                refuse(writer, view.source, error)
                return 0
    return 0


class _Filling:
    """One step at one view."""

    def __init__(self, writer: ViewWriter, view: View, step: Step) -> None:
        self._writer = writer
        self._view = view
        self._step = step

    def run(self, correlation: str, events: Events) -> int:
        heads = self._writer.heads(self._view)
        source = self._view.source
        rows = self._writer.derived(source, self._writer.everything(source, heads), heads)
        if rows is None:
            self._end(0, None)
            return 0
        touched = self._writer.touched(self._view, rows)
        of = self._step.of or max(1, -(-touched.height // ITEMS_A_STEP))
        items = self._step.items or touched.height
        wanted = self._share(touched, of)
        written = self._writer.write(self._view, rows, wanted, sequence_of(heads))
        if self._step.number + 1 < of:
            if written.busy:
                now = self._writer.clock.now()
                note(self._writer, self._view, lambda fill: fill.with_written(written, now))
            following = replace(self._step, number=self._step.number + 1, of=of, items=items)
            events.publish(following.event(self._writer.charter.model, correlation))
        else:
            self._end(items, self._writer.statistics(self._view, rows, heads), written)
        return written.items

    def _share(self, touched: pl.DataFrame, of: int) -> pl.DataFrame:
        """The same entities at every attempt, whatever rows have come meanwhile: the digest of the key decides."""
        if of == 1:
            return touched
        key = self._writer.key(self._view)
        entities = touched.select(key).unique()
        mine = [int(EntityKey("", row).id[-8:], 16) % of == self._step.number for row in entities.iter_rows()]
        return touched.join(entities.filter(pl.Series(mine, dtype=pl.Boolean)), on=list(key), how="semi")

    def _end(self, items: int, statistics: ViewStatistics | None, written: Written = NOTHING) -> None:
        heads, now = self._step.heads, self._writer.clock.now()

        def filled(fill: Fill) -> Fill:
            return replace(fill.with_filled(heads).with_written(written, now), items=items)

        note(self._writer, self._view, filled, statistics)


def _views(writers: Sequence[ViewWriter]) -> Iterator[tuple[ViewWriter, View]]:
    for writer in writers:
        for view in writer.charter.features.views:
            yield writer, view


def _sequences(heads: Heads) -> dict[str, int]:
    return {name: head.sequence for name, head in heads.items()}


def _has_room(writer: ViewWriter, view: View) -> bool:
    """Whether the function can hold all rows the view reads, and read them; if not, the view's record says so."""
    heads = writer.heads(view)
    try:
        for name, head in heads.items():
            writer.check_readable(name, head)
        check_memory(heads, catalog=writer.catalog)
    except (TooLarge, Invalid) as error:
        refused = str(error)
        note(writer, view, lambda fill: replace(fill, refused=refused))
        return False
    return True
