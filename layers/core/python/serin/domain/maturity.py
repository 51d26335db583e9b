"""How mature the practice around a model is, told by dated events of its catalog and by nothing else.

Two scales: the levels 0 to 2 of Google's "MLOps: Continuous delivery and automation pipelines in machine learning"
(https://cloud.google.com/architecture/mlops-continuous-delivery-and-automation-pipelines-in-machine-learning), and the
28 tests of the ML Test Score (Breck, Cai, Nielsen, Salib, Sculley 2017: The ML Test Score, a Rubric for ML Production
Readiness), seven in each of four sections, whose score is that of the weakest section. That code exists is never
evidence; what has not happened lately counts no more. A test of which no event tells earns no point, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Section = Literal["data", "model", "infrastructure", "monitoring"]
SECTIONS: tuple[Section, ...] = ("data", "model", "infrastructure", "monitoring")
Level = Literal[0, 1, 2]
LEAST_LIFE = timedelta(days=30)
NOT_TOLD = "Nothing that Serin records tells of it: do it, and count it yourself."


@dataclass(frozen=True)
class Event:
    """Something that happened: the record of that `kind` and `id` in the catalog, when, and what it shows.

    `schedule` is how often such an event is to come by the charter; None where nothing says so. `dataset` is that of an
    upload. A window's `id` is the day it ends before.
    """

    kind: Literal["upload", "run", "release", "window", "approval"]
    id: str
    at: datetime
    shows: str
    schedule: timedelta | None = None
    dataset: str | None = None

    @property
    def until(self) -> datetime:
        """When it counts no more: after 30 days, or twice its own schedule if that is longer."""
        return self.at + max(LEAST_LIFE, 2 * (self.schedule or timedelta(0)))


@dataclass(frozen=True)
class Step:
    """One of the 28 tests, or one condition of a level, and how to have an event that shows it."""

    id: str
    asks: str
    how: str = NOT_TOLD


@dataclass(frozen=True)
class Point:
    """A step and the newest event that earns it; `lapsed` is the newest one that counts no more."""

    step: Step
    event: Event | None = None
    lapsed: Event | None = None

    @property
    def earned(self) -> bool:
        """Whether an event shows it now."""
        return self.event is not None


@dataclass(frozen=True)
class Maturity:
    """Where a model stands at a moment. `test_score` is the points of the weakest of the four `sections`.

    `levels` are the conditions of level 1 and 2; `next_step` is the nearest one that is missing for the next level, or
    else a test of the weakest section. `target` is the charter's level, and `enough` says when more buys nothing.
    """

    model: str
    at: datetime
    level: Level
    levels: Mapping[str, tuple[Point, ...]]
    test_score: int
    sections: Mapping[str, tuple[Point, ...]]
    next_step: Step | None
    target: int | None
    enough: str | None


_TRAIN = "Have a training begin by itself: new data, truth or the calendar, by the charter's `retraining`."
_CANARY = "Release with `release.strategy: canary` while callers ask."
LEVELS: Mapping[Level, tuple[Step, ...]] = {
    1: (
        Step("checked-data", "Data is validated as it comes", "Upload a file: its contract checks every row."),
        Step("automatic-training", "Trainings begin without a person", _TRAIN),
        Step("validated-model", "A model is validated against the live one before it is kept", _TRAIN),
        Step(
            "automatic-release",
            "What a training registers is released by itself",
            "Let a registered version go live: its release begins by itself.",
        ),
        Step("watched", "The live model is watched", "Let a window of `monitoring.window` pass while callers ask."),
    ),
    2: (
        Step(
            "delivered-code",
            "New code is delivered to the live model by the pipeline",
            "Deploy changed code: its release gives it to what is live.",
        ),
        Step("known-commit", "A training names the commit it was deployed from", "Deploy a clean checkout, and train."),
        Step("evidence", "Evidence of traffic decides a release", _CANARY),
    ),
}
"""The conditions of a level; each level needs those below it."""

TESTS: Mapping[Section, tuple[Step, ...]] = {
    "data": (
        Step("D1", "Feature expectations are captured in a schema", "Upload a file: its contract checks every row."),
        Step("D2", "All features are beneficial", "Train with `training.measure_views: true`."),
        Step("D3", "No feature's cost is too much"),
        Step("D4", "Features adhere to meta-level requirements"),
        Step("D5", "The data pipeline has appropriate privacy controls"),
        Step("D6", "New features can be added quickly"),
        Step("D7", "All input feature code is tested"),
    ),
    "model": (
        Step(
            "M1",
            "Model specs are reviewed and submitted",
            "Name a role in `people.approvals`, and let its holder answer.",
        ),
        Step("M2", "Offline and online metrics correlate"),
        Step("M3", "All hyperparameters have been tuned", "Train with `training.search.trials` of 2 or more."),
        Step(
            "M4",
            "The impact of model staleness is known",
            "Train while a version is live: new rows score both.",
        ),
        Step("M5", "A simpler model is not better", "Train: each search is held against yardsticks."),
        Step(
            "M6",
            "Model quality is sufficient on all important data slices",
            "Name `design.requirements.slices`.",
        ),
        Step("M7", "The model is tested for considerations of inclusion"),
    ),
    "infrastructure": (
        Step("I1", "Training is reproducible", "Repeat a run that was judged: `./scripts/serin rerun`."),
        Step("I2", "Model specs are unit tested"),
        Step("I3", "The ML pipeline is integration tested"),
        Step("I4", "Model quality is validated before serving", "Train: the gate judges every challenger."),
        Step("I5", "The model is debuggable"),
        Step("I6", "Models are canaried before serving", _CANARY),
        Step("I7", "Serving models can be rolled back", "Roll back once: `./scripts/serin release rollback`."),
    ),
    "monitoring": (
        Step("O1", "Dependency changes result in notification"),
        Step("O2", "Data invariants hold for inputs"),
        Step(
            "O3",
            "Training and serving are not skewed",
            "Let a window pass while callers ask.",
        ),
        Step("O4", "Models are not too stale", _TRAIN),
        Step("O5", "Models are numerically stable"),
        Step("O6", "Computing performance has not regressed", _CANARY),
        Step("O7", "Prediction quality has not regressed", "Let truth arrive about a window of the live model."),
    ),
}
"""The 28 tests, with what Serin's own events can show of them."""


def maturity_of(
    model: str, events: Mapping[str, Sequence[Event]], now: datetime, target: int | None = None
) -> Maturity:
    """Where the model stands, by the events that show a step; KeyError for the events of a step nobody knows."""
    known = {step.id for steps in (*LEVELS.values(), *TESTS.values()) for step in steps}
    for unknown in set(events) - known:
        raise KeyError(unknown)
    levels = {str(level): _points(steps, events, now) for level, steps in LEVELS.items()}
    sections: dict[str, tuple[Point, ...]] = {name: _points(TESTS[name], events, now) for name in SECTIONS}
    level = _level(levels)
    scores = {name: sum(point.earned for point in points) for name, points in sections.items()}
    return Maturity(
        *(model, now, level, levels, min(scores.values()), sections),
        *(_next_step(level, levels, sections, scores), target, _enough(level, target)),
    )


def _points(steps: Sequence[Step], events: Mapping[str, Sequence[Event]], now: datetime) -> tuple[Point, ...]:
    return tuple(_point(step, events.get(step.id, ()), now) for step in steps)


def _point(step: Step, events: Sequence[Event], now: datetime) -> Point:
    past = [event for event in events if event.at <= now]
    counting = [event for event in past if now < event.until]
    if counting:
        return Point(step, event=max(counting, key=lambda event: event.until))
    return Point(step, lapsed=max(past, key=lambda event: event.at, default=None))


def _level(levels: Mapping[str, Sequence[Point]]) -> Level:
    first, second = (all(point.earned for point in levels[name]) for name in ("1", "2"))
    return 0 if not first else 2 if second else 1


def _next_step(
    level: Level,
    levels: Mapping[str, Sequence[Point]],
    sections: Mapping[str, Sequence[Point]],
    scores: Mapping[str, int],
) -> Step | None:
    if level < 2:
        return next(point.step for point in levels[str(level + 1)] if not point.earned)
    weakest = min(sections, key=lambda name: scores[name])
    missing = [point.step for point in sections[weakest] if not point.earned]
    return next((step for step in missing if step.how != NOT_TOLD), missing[0] if missing else None)


def _enough(level: Level, target: int | None) -> str | None:
    if target is None or level < target:
        return None
    return f"The charter asks for level {target}, and level {level} is shown: more would buy nothing it asks for."
