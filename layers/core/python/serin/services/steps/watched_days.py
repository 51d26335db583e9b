"""The days of one version's predictions as counts: made once a day is whole, read by every look at its window."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date, datetime, timedelta

import polars as pl

from serin.data.features.joins import SLICE
from serin.data.watching.served import Kind, served_rows
from serin.data.watching.summaries import Summaries, read_back, stored, summarise
from serin.domain.charter import Charter
from serin.domain.names import digest
from serin.domain.truth import is_sealed
from serin.domain.watched import ANSWER, summaries_below, summaries_since, summary_file
from serin.ports import ObjectStore
from serin.services.steps.truth_days import TruthDays


@dataclass(frozen=True)
class WatchedDays:
    """The days of one version, by the kinds that its features had when it learnt."""

    charter: Charter
    version: int
    kinds: Mapping[str, Kind]
    _: KW_ONLY
    lake: ObjectStore

    def between(self, begin: datetime, end: datetime, now: datetime) -> Summaries:
        """The counts of all days from `begin` to `end`."""
        summaries, model, day = Summaries(), self.charter.model, begin.date()
        kept = frozenset(self.lake.keys(summaries_below(model), summaries_since(model, day)))
        while day < end.date():
            summaries |= self._day(day, now, kept)
            day += timedelta(days=1)
        return summaries

    def _day(self, day: date, now: datetime, kept: Container[str]) -> Summaries:
        key = summary_file(self.charter.model, day, self.version, self._reading)
        if key in kept:
            return read_back(self.lake.get(key))
        content = stored(self._made(day, now))
        if is_sealed(day, now):
            self.lake.put(key, content)
        return read_back(content)

    def _made(self, day: date, now: datetime) -> Summaries:
        days, slices = TruthDays(self.charter, day, lake=self.lake), self.charter.monitoring.slices
        answered = days.asked(day, now)[0].filter(pl.col("version") == self.version)
        if answered.is_empty():
            return {}
        rows = served_rows(days.lines(day), answered, self.kinds, slices, self.charter.task)
        return summarise(rows, "at", [*self.kinds, ANSWER], [SLICE + name for name in slices])

    @property
    def _reading(self) -> str:
        return digest(json.dumps(self.kinds, sort_keys=True), *self.charter.monitoring.slices)
