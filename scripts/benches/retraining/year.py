"""A year of a live model, looked at daily by the platform's own judge of performance, policy, trainings and gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from benches.retraining.rows import DAY, before, between
from benches.retraining.world import World
from serin.domain.judgement.evidence import Evidence, Sample
from serin.domain.judgement.gate import judge
from serin.domain.judgement.policy import GatePolicy, Requirements
from serin.domain.judgement.retraining.decide import decide
from serin.domain.judgement.retraining.decision import Cause, Decision
from serin.domain.judgement.retraining.facts import SAID_SOMETHING, Attempt, Decayed, Facts, Outcome
from serin.domain.judgement.retraining.losses import judge_loss, training_alpha
from serin.domain.judgement.retraining.unasked import gate_for
from serin.domain.judgement.verdicts import Verdict
from serin.domain.judgement.watching.performance import Performance
from serin.domain.metrics import GREATER_IS_BETTER
from serin.learning.columns import TrainingColumns
from serin.learning.evidence import evidence_of
from serin.learning.fitting import Champion, Fitted, contest, learnt_names, refit
from serin.learning.own_estimators import scores_of_own
from serin.learning.scores import Scores
from serin.learning.splits import learnable_rows
from serin.measures.arrays import Floats, Mask
from serin.measures.blocks import Blocks
from serin.measures.influence import row_values
from serin.serving.estimators import Estimator

FLIPPED = 0.3
_OUTCOMES: dict[str, Outcome] = {"pass": "registered", "fail": "rejected", "inconclusive": "inconclusive"}
Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Version:
    """A model that is live from `since` on; `reference` is the gate's metric on the days that judged it."""

    number: int
    estimator: Estimator
    learnt_until: datetime
    since: datetime
    reference: Sample
    threshold: float | None = None


@dataclass(frozen=True)
class Tried:
    """A training, and whether its gate would have let in the same one with 30 % of its labels flipped."""

    at: datetime
    cause: Cause
    verdict: Verdict
    poisoned: Verdict | None = None


@dataclass
class Course:
    """What became of a year: the score that was live for each row, the trainings, and who was live from when on.

    `windows` are the metric's days by version and end of the window, `judged` what so many of its windows showed.
    """

    score: Floats
    versions: list[Version] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    windows: dict[tuple[int, datetime], Sample] = field(default_factory=dict)
    judged: dict[tuple[int, int], Performance] = field(default_factory=dict)

    @property
    def deployed(self) -> int:
        """How often a version took another's place."""
        return len(self.versions) - 1


@dataclass(frozen=True, eq=False)
class Year:
    """A world and its first model, which every strategy begins with."""

    world: World
    first: Version
    fitted: Callable[[datetime], Fitted]

    @classmethod
    def of(cls, world: World) -> Year:
        """Let the first model learn; a refit at one moment is made once, whoever asks for it."""
        known: dict[datetime, Fitted] = {}

        def fitted(now: datetime) -> Fitted:
            if now not in known:
                columns = before(world.columns, now - world.lag)
                known[now] = refit(columns, "binary", world.make, world.params)
            return known[now]

        columns = before(world.columns, world.begin - world.lag)
        scores = _contest(world, columns, None)
        verdict = fitted(world.begin)
        evidence = _evidence(world, world.requirements, columns, scores, None)
        threshold = None if evidence.value is None else evidence.value.threshold
        reference = _metric(world, scores.moment, scores.label, scores.challenger)
        return cls(
            world,
            Version(1, verdict.estimator, verdict.learnt_until, world.begin, reference, threshold),
            fitted,
        )

    def scheduled(self, every: timedelta) -> Course:
        """What a calendar brings that asks nobody: fitted again `every` so long, and live at once."""
        course = self._begun()
        now = self.world.begin + every
        while now < self.end:
            fitted = self.fitted(now)
            known = course.versions[-1]
            version = Version(known.number + 1, fitted.estimator, fitted.learnt_until, now, known.reference)
            self._deploy(course, version)
            now += every
        return course

    def static(self) -> Course:
        """The first model for the whole year."""
        return self._begun()

    def by_policy(self, *, poison: bool = False, progress: Progress | None = None, stop: bool = False) -> Course:
        """What the charter's policy brings. `stop`: the first training by what was observed ends the year."""
        course, attempts = self._begun(), list[Attempt]()
        for day in range(1, self.world.days):
            now = self.world.begin + day * DAY
            decision = self.decision(course, attempts, now)
            if decision.action != "train" or decision.cause is None:
                continue
            if stop:
                course.tried.append(Tried(now, decision.cause, Verdict("inconclusive", decision.sentence)))
                return course
            tried = self._train(course, now, decision.cause, poison=poison)
            attempts.append(Attempt(now, _OUTCOMES.get(tried.verdict.outcome, "invalid")))
            if progress is not None:
                progress(f"{now:%d %b} {decision.cause}: {tried.verdict.sentence}")
        return course

    @property
    def end(self) -> datetime:
        """When the year is over."""
        return self.world.begin + self.world.days * DAY

    def decision(self, course: Course, attempts: list[Attempt], now: datetime) -> Decision:
        """What the policy says of what can be known by now."""
        world, live = self.world, course.versions[-1]
        windows = self._seen(course, now)
        said = [attempt.at - world.lag for attempt in attempts if attempt.outcome in SAID_SOMETHING]
        verdict = course.tried[-1].verdict if course.tried else None
        facts = Facts(
            now=now,
            learnt_until=live.learnt_until,
            live_since=live.since,
            new_rows=int(between(world.columns, max([live.learnt_until, *said]), now - world.lag).sum()),
            attempts=attempts,
            performance=self._performance(course, [sample for _, sample in windows]),
            decay=[Decayed(end - live.learnt_until, self._loss(sample, live)) for end, sample in windows],
            needed=verdict.power if verdict else None,
        )
        return decide(world.policy, facts)

    def _loss(self, window: Sample, live: Version) -> float:
        sign = -1 if GREATER_IS_BETTER[self.world.requirements.gate.metric] else 1
        return sign * (float(np.mean(window.blocks)) - float(np.mean(live.reference.blocks)))

    def _seen(self, course: Course, now: datetime) -> list[tuple[datetime, Sample]]:
        """The whole windows of the live version whose truth has come, oldest first, by their ends."""
        world, live = self.world, course.versions[-1]
        end, windows = world.begin + world.watch.window, []
        while end + world.lag <= now:
            if end - world.watch.window >= live.since:
                windows.append((end, self._window(course, live, end)))
            end += world.watch.window
        return windows

    def _window(self, course: Course, live: Version, end: datetime) -> Sample:
        if (live.number, end) not in course.windows:
            rows = between(self.world.columns, end - self.world.watch.window, end)
            columns = self.world.columns
            sample = _metric(self.world, columns.moment[rows], columns.label[rows], course.score[rows])
            course.windows[live.number, end] = sample
        return course.windows[live.number, end]

    def _performance(self, course: Course, samples: Sequence[Sample]) -> Performance | None:
        if not samples:
            return None
        world, key = self.world, (course.versions[-1].number, len(samples))
        if key not in course.judged:
            metric = world.requirements.gate.metric
            course.judged[key] = judge_loss(
                metric,
                samples,
                course.versions[-1].reference,
                training_alpha(world.watch),
                higher_is_better=GREATER_IS_BETTER[metric],
            )
        return course.judged[key]

    def _train(self, course: Course, now: datetime, cause: Cause, *, poison: bool) -> Tried:
        world, live = self.world, course.versions[-1]
        columns = before(world.columns, now - world.lag)
        scores = _contest(world, columns, live)
        evidence = _evidence(world, world.requirements, columns, scores, live.threshold)
        gate = gate_for(cause, world.requirements.gate)
        verdict = judge(evidence, replace(world.requirements, gate=gate))
        tried = Tried(now, cause, verdict, _poisoned(world, gate, columns, live) if poison else None)
        course.tried.append(tried)
        if verdict.outcome == "pass":
            fitted = self.fitted(now)
            reference = _metric(world, scores.moment, scores.label, scores.challenger)
            threshold = None if evidence.value is None else evidence.value.threshold
            # The release takes its day.
            since = now + DAY
            self._deploy(
                course,
                Version(live.number + 1, fitted.estimator, fitted.learnt_until, since, reference, threshold),
            )
        return tried

    def _begun(self) -> Course:
        course = Course(np.full(len(self.world.columns.label), np.nan))
        self._deploy(course, self.first)
        return course

    def _deploy(self, course: Course, version: Version) -> None:
        course.versions.append(version)
        rows = between(self.world.columns, version.since, self.end)
        course.score[rows] = score_of(version, self.world.columns, rows)


def score_of(version: Version, columns: TrainingColumns, rows: Mask) -> Floats:
    """The version's probability of a positive for some rows."""
    if not rows.any():
        return np.zeros(0)
    names = learnt_names(version.number, version.estimator, columns.table)
    return scores_of_own(version.estimator, "binary", (False, True), columns.table.loc[rows, names])


def _contest(world: World, columns: TrainingColumns, live: Version | None) -> Scores:
    champion = None if live is None else Champion(live.number, live.estimator, live.learnt_until)
    return contest(
        columns,
        "binary",
        world.make,
        world.params,
        columns.newest() - world.holdout,
        champion,
        decides=world.requirements.value is not None,
    )


def _evidence(
    world: World, asked: Requirements, columns: TrainingColumns, scores: Scores, threshold: float | None
) -> Evidence:
    learnt = learnable_rows(columns, columns.newest() - world.holdout)
    return evidence_of("binary", asked, columns, learnt, scores, threshold)


def _poisoned(world: World, gate: GatePolicy, columns: TrainingColumns, live: Version) -> Verdict:
    """The verdict on a challenger that learnt from flipped labels: the gate's own metric alone must see it."""
    asked = Requirements(gate)
    learnt = learnable_rows(columns, columns.newest() - world.holdout)
    flips = learnt & (np.random.default_rng(len(columns.label)).random(len(learnt)) < FLIPPED)
    false = replace(columns, label=columns.label.astype(np.bool_) ^ flips)
    scores = _contest(replace(world, requirements=asked), false, live)
    return judge(_evidence(world, asked, false, scores, None), asked)


def _metric(world: World, moment: Floats, label: Mask, score: Floats) -> Sample:
    """The gate's metric as one number a day."""
    values = row_values("binary", world.requirements.gate.metric, label, score, (False, True))
    places = np.arange(len(label))
    return Blocks(world.requirements.gate.block, moment, places, places).numbers(values)
