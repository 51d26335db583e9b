"""Which logged rows a shadow asks about, in which calls, and what of the log each version is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from serin.domain.charter import Charter
from serin.domain.judgement.release_evidence import SANDBOX_CALLS
from serin.domain.judgement.sandboxes import MINIMUM_SANDBOXES
from serin.domain.records import from_record
from serin.domain.shadows import Pair, ShadowAnswer, ShadowCall, ShadowRow
from serin.domain.shared_columns import shared_columns, view_columns

Line = Mapping[str, Any]
_MOST_ROWS = 100


@dataclass(frozen=True)
class Charters:
    """What each version was made by."""

    candidate: Charter
    live: Charter

    def candidate_row(self, line: Line) -> ShadowRow:
        """The row with what the candidate would have seen as it was logged; it looks up the rest."""
        features = line["features"]
        return _row(line, {ours: features[theirs] for ours, theirs in self._shared.items() if theirs in features})

    def live_row(self, line: Line) -> ShadowRow:
        """The row for the live version, whose answer is known: it only shows how long it takes.

        It looks its views up where the candidate has to look something up, so that both have the same to do.
        """
        features = line["features"]
        alike = set(self.candidate_row(line).features) >= set(view_columns(self.candidate))
        return _row(line, {name: features[name] for name in view_columns(self.live) if alike and name in features})

    @cached_property
    def _shared(self) -> Mapping[str, str]:
        return shared_columns(self.candidate, self.live)

    def pair(self, line: Line, call: ShadowCall, answer: ShadowAnswer) -> Pair:
        """What is kept of the row."""
        of = self.candidate.features.entities[self.candidate.truth.entity]
        logged = ShadowAnswer(line["score"], line.get("label"))
        row = _row(line, {})
        entity = tuple(line["inputs"].get(name) for name in of)
        return Pair(row.prediction_id, row.at, entity, logged, answer, call.invocation)


def rows_of_call(pairs: int) -> int:
    """How many rows a call holds at most: so few that `pairs` rows are enough calls to judge the latency.

    A call never holds rows of several requests: it is no larger than one that a caller made.
    """
    return max(1, min(_MOST_ROWS, pairs // (MINIMUM_SANDBOXES * (SANDBOX_CALLS + 4))))


def calls_of(requests: Iterator[Sequence[Line]], size: int) -> Iterator[Sequence[Line]]:
    """The rows of requests, so many at once."""
    for request in requests:
        rest = iter(request)
        while lines := list(islice(rest, size)):
            yield lines


def _row(line: Line, features: Mapping[str, Any]) -> ShadowRow:
    return ShadowRow(line["prediction_id"], from_record(datetime, line["at"]), line["inputs"], features)
