"""A dataset's profile, as one model reads it: made where the data is, once for the same data, charter and code."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import polars as pl

from serin.data.features.joins import derive, latest_rows
from serin.data.features.leakage import known_afterwards, without_afterwards
from serin.data.looks.profiles import About, profile_of
from serin.data.looks.sampling import spread, thinned
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.names import digest
from serin.domain.plain_numbers import how_many
from serin.domain.profiles import FOLDER, Profile, ProfileMade
from serin.domain.records import as_record
from serin.domain.segments import Segment
from serin.domain.shown_names import is_hidden
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.dataset_rows import rows_up_to
from serin.services.steps.listed_segments import segments_up_to
from serin.services.steps.segments import rows_of

Functions = Callable[[str], Callable[..., Any]]
FORMAT = "2"
"""Changes with what a profile says: those made before are made anew with the next upload."""


@dataclass(frozen=True)
class Caps:
    """`read` rows at most are read (and the largest part's), `kept` of them are profiled, or `values` by their columns.

    Together they keep the work for one upload the same however long the history is.
    """

    read: int = 2_000_000
    kept: int = 500_000
    values: int = 12_000_000

    def kept_of(self, contract: Contract) -> int:
        """The rows of a dataset that are profiled at most."""
        return min(self.kept, self.values // max(1, len(contract.columns)))


@dataclass(frozen=True)
class Sample:
    """The files that are read up to a sequence, of how many there are, and the share of their rows that is kept."""

    segments: Sequence[Segment]
    last: int
    share: float
    of_segments: int

    @property
    def notes(self) -> list[str]:
        """What the profile says of it; nothing when it is everything."""
        rows = "the rows" if self.share == 1 else f"about {100 * self.share:.2g} % of the rows, chosen by their key,"
        if self.share == 1 and len(self.segments) == self.of_segments:
            return []
        spread_out = ", spread over the history" if len(self.segments) < self.of_segments else ""
        return [f"A sample: {rows} of {len(self.segments)} of {how_many(self.of_segments, 'file')}{spread_out}."]


@dataclass(frozen=True)
class Profiler:
    """One model and what it reads.

    `functions` finds a function of the model's code by its `module:name`, `code` is that code's digest.
    """

    charter: Charter
    contracts: Mapping[str, Contract]
    functions: Functions
    code: str
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog
    clock: Clock
    caps: Caps = Caps()

    def profile(self, dataset: str) -> Sequence[ProfileMade]:
        """The profiles of a dataset, and of those whose derivation looks things up in it, as far as they have rows.

        Each is of what there is now, whatever upload asked for it; of a long history one stays until some share of rows
        has come, so that one more upload does not read all before it. Safe to repeat and to reorder: the same
        data is profiled once, and what was made of less never replaces what was made of more.
        """
        looking = [use.name for use in self.charter.datasets if use.derive and dataset in use.derive.uses]
        profiles = [self._profiled(name) for name in (dataset, *looking)]
        return [made for made in profiles if made is not None]

    def _profiled(self, dataset: str) -> ProfileMade | None:
        head, looked_up = self.catalog.head(dataset), self._looked_up(dataset)
        if not head.rows:
            return None
        model, reading = self.charter.model, self._reading(head.dataset)
        heads = {dataset: head, **looked_up}
        name = digest(reading, *(f"{other}={of.digest}" for other, of in sorted(heads.items())))[:32]
        rows = {other: of.rows for other, of in heads.items()}
        known = self.catalog.profile(model, dataset)
        if known and (known.id == name or known.tells_of(reading, rows)):
            return known
        # Every head only grows, so the sum tells which of two profiles has seen more.
        sequence = head.sequence + sum(other.sequence for other in looked_up.values())
        key = f"reports/{FOLDER}/{model}/{dataset}/{name}.json"
        made = ProfileMade(model, dataset, name, key, sequence, self.clock.now(), reading, rows)
        record = as_record(self._made(head, looked_up))
        self.lake.put(key, json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode())
        return made if self.catalog.save_profile(made) else self.catalog.profile(model, dataset)

    def _looked_up(self, dataset: str) -> Mapping[str, DatasetHead]:
        use = self.charter.dataset(dataset)
        return {name: self.catalog.head(name) for name in use.derive.uses} if use.derive else {}

    def _reading(self, dataset: str) -> str:
        """Names how the dataset is read."""
        return digest(FORMAT, self.charter.digest(), self.contracts[dataset].digest(), self.code, dataset)[:32]

    def _made(self, head: DatasetHead, looked_up: Mapping[str, DatasetHead]) -> Profile:
        contract = self.contracts[head.dataset]
        sample = self._sample(head, contract)
        rows = latest_rows(self._rows(sample, contract), contract)
        missing = [name for name, other in looked_up.items() if not other.rows]
        notes = sample.notes
        notes += [f"{', '.join(missing)} has no rows yet, so nothing is derived."] if missing else []
        afterwards = {column.name for column in contract.columns if column.known == "afterwards"}
        table = rows
        if not missing and self.charter.dataset(head.dataset).derive:
            table = self._derived(rows, head.dataset, looked_up)
            bare = self._derived(without_afterwards(rows, contract), head.dataset, looked_up)
            afterwards = set(known_afterwards(table, bare, contract))
        truth = self.charter.truth
        is_truth = truth.dataset == head.dataset
        about = About(
            dataset=head.dataset,
            of_rows=head.rows,
            columns={column.name: column for column in contract.columns},
            label=truth.label if is_truth else None,
            task=self.charter.task if is_truth else None,
            afterwards=afterwards,
            notes=tuple(notes),
            not_shown={name for name in table.columns if is_hidden(self.charter, head.dataset, name)},
        )
        return profile_of(table, about)

    def _sample(self, head: DatasetHead, contract: Contract) -> Sample:
        segments = segments_up_to(head, catalog=self.catalog)
        chosen = spread(segments, self.caps.read)
        share = self.caps.kept_of(contract) / sum(segment.rows for segment in chosen)
        return Sample(chosen, head.sequence, min(1.0, share), len(segments))

    def _rows(self, sample: Sample, contract: Contract) -> pl.DataFrame:
        """In the order they were accepted."""
        keys, share = contract.primary_key, sample.share
        tables = zip(sample.segments, rows_of(sample.segments, sample.last, contract, lake=self.lake), strict=True)
        return pl.concat([thinned(table, keys, share, seed=segment.first) for segment, table in tables])

    def _derived(self, rows: pl.DataFrame, dataset: str, looked_up: Mapping[str, DatasetHead]) -> pl.DataFrame:
        tables = {
            name: latest_rows(
                rows_up_to(head, self.contracts[name], lake=self.lake, catalog=self.catalog), self.contracts[name]
            )
            for name, head in looked_up.items()
        }
        return derive(self.charter, dataset, {**tables, dataset: rows}, self.functions)
