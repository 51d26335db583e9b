"""What a decision about retraining follows from, as the catalog has it: no file is read, and no history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from functools import cached_property

from serin.domain.charter import Charter
from serin.domain.errors import NotFound
from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.retraining.facts import SAID_SOMETHING, Attempt, Decayed, Facts, TruthOrigin
from serin.domain.judgement.retraining.losses import POOLED, judge_loss, together, training_alpha
from serin.domain.judgement.retraining.policy import MONTH
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.judgement.watching.estimated import BEFORE_TRUTH
from serin.domain.judgement.watching.performance import Performance
from serin.domain.judgement.watching.policy import for_performance
from serin.domain.metrics import GREATER_IS_BETTER, METRICS_OF_TASK, VALUE
from serin.domain.models import ModelVersion
from serin.domain.prices import TRAINER_SECOND
from serin.domain.watched import WatchedWindow
from serin.ports import Catalog
from serin.services.steps.window_quality import judged, samples_of_gate

DIED = timedelta(days=1)
"""A training that still runs after so long has died."""
_LOOKED_BACK = 30
_RUNS_AT_ONCE = 10
"""Trainings of a month, mostly; each is a record of its trials, its verdict and what its days have shown."""
_DAY, _NO_TIME = timedelta(days=1), timedelta(0)


@dataclass(frozen=True)
class RetrainingFacts:
    """The facts about a model whose live version is `version`, since `live_since`."""

    charter: Charter
    version: ModelVersion
    live_since: datetime
    episodes: Sequence[Episode]
    now: datetime
    _: KW_ONLY
    catalog: Catalog

    def facts(self) -> Facts:
        """All of them."""
        attempts = tuple(self._attempts())
        metric = self.charter.training.gate.metric
        performance, truth = self._performance(metric)
        verdict = self.version.verdict
        return Facts(
            now=self.now,
            learnt_until=self.version.learnt_until,
            live_since=self.live_since,
            new_rows=self._new_rows(attempts) if self.charter.retraining.new_rows is not None else 0,
            attempts=attempts,
            busy=self._busy(attempts),
            performance=performance,
            value=self._judged(VALUE) if self.charter.value else None,
            value_unit=self.charter.value.unit if self.charter.value else "",
            truth=truth,
            drifted=self._drifted(),
            decay=tuple(self._decay(metric)),
            needed=verdict.power if verdict.unit in ("", metric) else None,
            predictions_per_day=self._own[0].rows / (self._own[0].end - self._own[0].begin).days if self._own else 0.0,
            training_cost_usd=self._cost(),
        )

    @cached_property
    def _windows(self) -> Sequence[WatchedWindow]:
        return self.catalog.latest_windows(self.charter.model, _LOOKED_BACK).items

    @cached_property
    def _own(self) -> Sequence[WatchedWindow]:
        """The live version's newest windows with truth, newest first."""
        own = [window for window in self._windows if window.version == self.version.version and window.truth]
        return own[:POOLED]

    def _judged(self, metric: str) -> Performance:
        return self._against_gate(metric, self._of_all(metric), training_alpha(self.charter.monitoring.policy))

    def _against_gate(self, metric: str, samples: Sequence[Sample], alpha: float) -> Performance:
        """What the windows show against what the version showed where it was judged."""
        known, policy = samples_of_gate(self.version, catalog=self.catalog), self.charter.monitoring.policy
        if metric not in known or together(samples[-POOLED:]).rows < policy.minimum_rows:
            return judged(metric, together(samples[-POOLED:]), known, self.charter)
        higher = GREATER_IS_BETTER.get(metric, True)
        return judge_loss(metric, samples, known[metric], alpha, higher_is_better=higher)

    def _performance(self, metric: str) -> tuple[Performance, TruthOrigin]:
        """What truth shows, and by whose word; a loss is the dataset's where that shows it by itself.

        For a loss by the word of callers nothing is trained, so that it is judged as the alarm is.
        """
        policy = self.charter.monitoring.policy
        by_dataset = self._of_dataset(metric)
        alone = self._against_gate(metric, by_dataset, training_alpha(policy))
        if alone.status == "LOSS":
            return alone, "dataset"
        alarm = for_performance(policy)
        told = self._against_gate(metric, self._of_all(metric), alarm)
        if told.status == "LOSS" and self._against_gate(metric, by_dataset, alarm).status != "LOSS":
            return told, "feedback"
        judged_by_all = self._judged(metric)
        return judged_by_all, "feedback" if judged_by_all.status == "LOSS" else "dataset"

    def _of_all(self, metric: str) -> list[Sample]:
        return [of.days[metric] for of in reversed(self._own) if metric in of.days]

    def _of_dataset(self, metric: str) -> list[Sample]:
        """Windows of a charter that went by another metric have kept that one's days only."""
        return [
            of.dataset_days
            for of in reversed(self._own)
            if of.dataset_days is not None and of.of_dataset is not None and of.of_dataset.metric == metric
        ]

    def _drifted(self) -> tuple[str, ...]:
        """Features; a slice, a metric, and an estimate of one, are none: unless a column has a metric's name."""
        gate, columns = self.charter.training.gate.metric, self.charter.features.model_uses
        metrics = {*METRICS_OF_TASK[self.charter.task], BEFORE_TRUTH} - ({*columns} - {gate})
        running = (of.feature for of in self.episodes if of.status != "closed")
        return tuple(name for name in running if name not in metrics and "=" not in name)

    def _attempts(self) -> Iterator[Attempt]:
        """As far back as a decision asks for.

        What was skipped, as every upload may begin such, or repeats another has tried nothing.
        """
        policy, after = self.charter.retraining, None
        since = self.now - max(MONTH, policy.cooldown, policy.every or _NO_TIME)
        while True:
            page = self.catalog.latest_runs(self.charter.model, _RUNS_AT_ONCE, after)
            for run in page.items:
                died = run.status == "running" and run.at <= self.now - DIED
                if run.parent is not None or run.status == "skipped" or run.status == "repeated":  # noqa: PLR1714
                    continue
                if run.at >= since:
                    yield Attempt(run.at, "failed" if died else run.status)
            if page.next is None or page.items[-1].at < since:
                return
            after = page.next

    def _busy(self, attempts: Sequence[Attempt]) -> str | None:
        if any(attempt.outcome == "running" for attempt in attempts):
            return "a training"
        newest = self.catalog.latest_releases(self.charter.model, 10).items
        return "a release" if any(release.is_open for release in newest) else None

    def _decay(self, metric: str) -> Iterator[Decayed]:
        learnt: dict[int, datetime] = {}
        for window in self._windows:
            loss = next((of.loss for of in window.performance if of.metric == metric), None)
            if window.version is None or loss is None:
                continue
            if window.version not in learnt:
                learnt[window.version] = self.catalog.version(self.charter.model, window.version).learnt_until
            yield Decayed(window.end - learnt[window.version], loss)

    def _new_rows(self, attempts: Sequence[Attempt]) -> int:
        """Rows of the truth's dataset that were accepted since the version's training, and since one said something."""
        said = (attempt.at for attempt in attempts if attempt.outcome in SAID_SOMETHING)
        since, after, count = max([self._trained_at(), *said]), None, 0
        while True:
            page = self.catalog.latest_uploads(self.charter.truth.dataset, after=after)
            newer = [upload for upload in page.items if upload.at > since]
            count += sum(upload.accepted for upload in newer)
            if page.next is None or len(newer) < len(page.items):
                return count
            after = page.next

    def _trained_at(self) -> datetime:
        try:
            return self.catalog.run(self.charter.model, self.version.run).at
        except NotFound:
            return self.version.at

    def _cost(self) -> float | None:
        """What the trials of the version's training cost; None where nobody knows any more."""
        try:
            trials = self.catalog.run(self.charter.model, self.version.run).trials
        except NotFound:
            return None
        return sum(trial.seconds for trial in trials) * TRAINER_SECOND
