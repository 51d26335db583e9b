"""A model's predictions and what was said about them, day by day, as they lie in the lake."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import polars as pl

from serin.data.files.parquet import from_parquet, to_parquet
from serin.data.looks.asked import asked_rows, reading_of
from serin.data.looks.truth import no_facts, read_facts, written_facts
from serin.domain.charter import Charter
from serin.domain.names import digest
from serin.domain.predictions import log_files_of_day
from serin.domain.truth import (
    asked_below,
    asked_file,
    asked_of_day,
    asked_since,
    facts_below,
    facts_file,
    facts_of_day,
    is_sealed,
    start_of,
)
from serin.ports import ObjectStore

MOST_FACTS = 20_000
"""How many facts a file holds: who looks for one prediction reads no more."""
Keys = tuple[str, ...]


@dataclass(frozen=True)
class TruthDays:
    """The days of one model from `first` on, read as its charter reads inputs and labels."""

    charter: Charter
    first: date
    _: KW_ONLY
    lake: ObjectStore

    def asked(self, day: date, now: datetime) -> tuple[pl.DataFrame, Keys]:
        """What was asked that day, and the keys it was read from: its stored table, else the prediction log."""
        stored = [key for key in self._stored if key.startswith(self._table(day))] if is_sealed(day, now) else []
        if stored:
            return from_parquet(self.lake.get(stored[0])), (stored[0],)
        keys = self.lake.keys(log_files_of_day(self.charter.model, start_of(day)))
        return asked_rows(self._lines_of(keys), self.charter.inputs, self.charter.task), tuple(keys)

    def keep_asked(self, day: date, now: datetime) -> pl.DataFrame:
        """What was asked that day; stored, once the day's log is whole, so that it is read at once from then on."""
        asked, keys = self.asked(day, now)
        if is_sealed(day, now) and not any(key.startswith(self._table(day)) for key in keys):
            content = to_parquet(asked)
            self.lake.put(asked_file(self.charter.model, day, self._reading, digest(content)), content)
        return asked

    def facts(self, day: date) -> tuple[pl.DataFrame, Keys]:
        """What was said of that day's predictions, and the keys it was read from."""
        prefix = facts_of_day(self.charter.model, day)
        # Feedback may speak of days that nobody waits for any more.
        keys = self.lake.keys(prefix) if day < self.first else [key for key in self._said if key.startswith(prefix)]
        tables = [read_facts(gzip.decompress(content)) for content in self.lake.get_each(keys)]
        return pl.concat([no_facts(), *tables]), tuple(keys)

    def keep_facts(self, day: date, facts: pl.DataFrame) -> None:
        """Write facts; the same ones twice are one file."""
        for piece in facts.sort("prediction_id", "known").iter_slices(MOST_FACTS):
            first, last, content = piece["prediction_id"][0], piece["prediction_id"][-1], written_facts(piece)
            key = facts_file(self.charter.model, day, first, last, digest(content))
            self.lake.put(key, gzip.compress(content, mtime=0))

    @cached_property
    def _stored(self) -> Sequence[str]:
        """Listed once, not day by day: of most days all has been stored."""
        model = self.charter.model
        return self.lake.keys(asked_below(model), asked_since(model, self.first))

    @cached_property
    def _said(self) -> Sequence[str]:
        model = self.charter.model
        return self.lake.keys(facts_below(model), facts_of_day(model, self.first))

    def _table(self, day: date) -> str:
        return asked_of_day(self.charter.model, day, self._reading)

    @cached_property
    def _reading(self) -> str:
        return reading_of(self.charter.inputs, self.charter.task)

    def lines(self, day: date) -> Iterator[Mapping[str, Any]]:
        """The prediction log of that day, line by line."""
        return self._lines_of(self.lake.keys(log_files_of_day(self.charter.model, start_of(day))))

    def _lines_of(self, keys: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        for content in self.lake.get_each(keys):
            yield from (json.loads(line) for line in gzip.decompress(content).splitlines())
