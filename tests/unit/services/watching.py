"""A model that learnt from ten weeks of orders, is asked about orders, and is watched; a week begins on a Thursday."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryNotices, MemoryWorkflows
from serin.data.files.parquet import to_parquet
from serin.domain.charter import Charter, Monitoring
from serin.domain.experiments import Contest
from serin.domain.feedback import Feedback
from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.watching.policy import WatchPolicy
from serin.domain.names import digest
from serin.domain.prediction_ids import prediction_id
from serin.services.collect_predictions import collect_predictions
from serin.services.watch_model import Looked, watch_model
from tests.builders import LOG_STREAM, a_charter, a_prediction_line, a_release, a_run, a_training_set, a_version
from tests.unit.services.truths import DAY, HOUR, MODEL, TRUTH, Truths

WEEK = timedelta(days=7)
BEGIN = datetime(2013, 4, 4, tzinfo=UTC)
LEARNT = BEGIN - timedelta(days=30)
LEARNT_WEEKS, A_DAY = 10, 30
POLICY = WatchPolicy(minimum_rows=50)
LOG_LOSS = 0.325
"""Of scores of .1 and .9 that are right nine times in ten."""


def watched_charter(**parts: Any) -> Charter:
    return a_charter(truth=replace(TRUTH, **parts), monitoring=Monitoring(DAY, POLICY, ("shop",)))


def orders(first: datetime, days: int, seed: int, shift: float = 0.0, a_day: int = A_DAY) -> pl.DataFrame:
    """What is asked about from that day on; `shift` moves the amounts."""
    random, count = np.random.default_rng(seed), days * a_day
    return pl.DataFrame(
        {
            "at": [first + (number // a_day) * DAY + 12 * HOUR for number in range(count)],
            "amount": np.round(random.standard_normal(count) + shift, 1),
            "shop": random.choice(["north", "south"], count),
            "queue.length": random.integers(0, 6, count),
            "score": random.choice([0.1, 0.9], count),
            "right": random.random(count) < 0.9,
        }
    )


@dataclass
class Watching(Truths):
    """The world; week 0 begins at `BEGIN`, and version 1 is live from then on."""

    charter: Charter = field(default_factory=watched_charter)
    now: datetime = BEGIN
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    workflows: MemoryWorkflows = field(default_factory=MemoryWorkflows)
    labels_of: dict[int, dict[str, tuple[int, bool]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        learnt = orders(BEGIN - LEARNT_WEEKS * WEEK, LEARNT_WEEKS * 7, seed=99).rename({"at": "__moment"})
        training_set = a_training_set(uses=self.charter.features.model_uses)
        self.lake.put(training_set.parquet, to_parquet(learnt.drop("score", "right")))
        self.catalog.save_training_set(training_set)
        for number in (1, 2):
            self.catalog.register(a_version(number, classes=(False, True), learnt_until=LEARNT, at=LEARNT))
            sample = Sample(tuple(LOG_LOSS + 0.02 * (-1) ** day for day in range(14)), 420, ordered=True)
            contest = Contest(420, {"log_loss": LOG_LOSS}, samples={"log_loss": sample})
            self.catalog.save_run(a_run(id=f"r{number}", status="registered", contest=contest, at=LEARNT))
        self.releases(1, BEGIN)

    def releases(self, version: int, at: datetime) -> None:
        """That version is live from then on."""
        self.catalog.save_release(a_release(id=f"rel{version}", version=version, status="live", at=at))

    def serves(self, week: int, version: int = 1, *, shift: float = 0.0, a_day: int = A_DAY, days: int = 7) -> None:
        """A week of questions and answers; `labels_of` has what is right about each, by prediction."""
        asked = orders(BEGIN + week * WEEK, days, week, shift, a_day)
        lines, found = [], self.labels_of.setdefault(week, {})
        for number, row in enumerate(asked.iter_rows(named=True)):
            order, at = week * 10_000 + number, row["at"]
            name = prediction_id(MODEL, at, digest(str(order)).encode()[:8])
            features = {"amount": row["amount"], "shop": row["shop"], "queue.length": row["queue.length"]}
            inputs = {"order_id": order, "at": at, "shop": row["shop"], "amount": row["amount"]}
            answer: Mapping[str, Any] = {"score": row["score"], "label": row["score"] > 0.5, "version": version}
            lines.append(
                a_prediction_line(
                    name, at, inputs=inputs, features=features, request_id=f"r{order}", model=MODEL, **answer
                )
            )
            found[name] = (order, (row["score"] > 0.5) == row["right"])
        if lines:
            collect_predictions(MODEL, LOG_STREAM, lines, lake=self.lake)

    def truth_of(self, week: int, at: datetime | None = None, flipped: float = 0.0) -> None:
        """The dataset's word on a week; a share of it is the opposite of what is right."""
        said = list(self.labels_of[week].values())
        rows = [(order, late != (place % 10 < 10 * flipped)) for place, (order, late) in enumerate(said)]
        self.arrives(*rows, at=at or BEGIN + (week + 1) * WEEK)

    def feedback_on(self, week: int, tokens: Sequence[str], flipped: float) -> None:
        """Callers' word on a week: the predictions are dealt to the tokens."""
        said = list(self.labels_of[week].items())
        items = [Feedback(name, late != (place % 10 < 10 * flipped)) for place, (name, (_, late)) in enumerate(said)]
        for place, token in enumerate(tokens):
            own = items[place :: len(tokens)]
            for first in range(0, len(own), 100):
                self.says(token, *own[first : first + 100], at=BEGIN + (week + 1) * WEEK)

    def looks(self, at: datetime, *, joins: bool = True) -> Looked:
        """A look at that moment, after new truth was joined."""
        if joins:
            self.joins(at)
        ports: Any = {"lake": self.lake, "catalog": self.catalog, "clock": MemoryClock(at)}
        told: Any = {"notices": self.notices, "events": self.events, "workflows": self.workflows}
        return watch_model(self.charter, "c1", **ports, **told)

    def after(self, week: int) -> Looked:
        """A look when all of a week is there and its truth may be judged."""
        return self.looks(BEGIN + (week + 1) * WEEK + DAY + HOUR)

    def windows(self) -> Sequence[Any]:
        """What the catalog knows of windows, oldest first."""
        return list(reversed(self.catalog.latest_windows(MODEL).items))

    def titles(self) -> list[str]:
        """The subjects of notices that were sent."""
        return [subject for subject, _ in self.notices.sent]


Break = Callable[[Watching], None]
