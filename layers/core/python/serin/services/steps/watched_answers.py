"""What a version's answers are held against: those of its own first windows.

The scores of the rows a version learnt from are no reference: it knows them too well. So nothing is said of its answers
before it has answered for some windows.
"""

from __future__ import annotations

import json
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from serin.data.watching.kept import WHOLE, kept, read_references
from serin.data.watching.learnt import answers_learnt
from serin.data.watching.references import WatchReference
from serin.domain.judgement.watching.policy import WatchPolicy
from serin.domain.names import digest
from serin.domain.records import record_digest
from serin.domain.watched import reference_file
from serin.ports import Catalog, ObjectStore
from serin.services.steps.watched_days import WatchedDays

WINDOWS = 4
"""Of so many windows; more would leave the answers unwatched for longer than many versions live."""
_LOOKED_BACK = 30


@dataclass(frozen=True)
class WatchedAnswers:
    """The answers of the version of these days; `policy` is that of all rows, `chance` that of one test."""

    days: WatchedDays
    policy: WatchPolicy
    chance: float
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog

    def reference(self, before: datetime, now: datetime) -> WatchReference | None:
        """As it was kept, or made now of windows before that moment; None while there are too few of them."""
        model, version = self.days.charter.model, self.days.version
        policy = digest(record_digest(self.days.charter.monitoring.policy), record_digest(dict(self.days.kinds)))
        key = reference_file(model, version, "answers", policy)
        if self.lake.keys(f"{key}.json"):
            record = json.loads(self.lake.get(f"{key}.json"))
            return read_references(record, self.lake.get(f"{key}.parquet"))[WHOLE]
        made = self._made(before, now)
        if made is not None:
            baselines, counts = kept({WHOLE: made})
            self.lake.put(f"{key}.parquet", counts)
            self.lake.put(f"{key}.json", json.dumps(baselines).encode())
        return made

    def _made(self, before: datetime, now: datetime) -> WatchReference | None:
        model = self.days.charter.model
        own = [
            window
            for window in self.catalog.latest_windows(model, _LOOKED_BACK).items
            if window.version == self.days.version and window.end <= before and window.rows >= self.policy.minimum_rows
        ]
        first = sorted(own, key=lambda window: window.end)[:WINDOWS]
        if len(first) < WINDOWS:
            return None
        begin, end = first[0].begin, first[-1].end
        return answers_learnt(self.days.between(begin, end, now), begin, end, self.policy, self.chance)
