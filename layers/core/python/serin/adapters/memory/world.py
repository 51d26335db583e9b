"""Clock, bus, workflows, online features and endpoint in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from serin.adapters.bucket_items import bucket_items, piece_of, read_bucket
from serin.adapters.value_items import values_item
from serin.domain.batches import Batch
from serin.domain.buckets import Bucket, OnlineItem
from serin.domain.charter import Score
from serin.domain.erasures import Erasure
from serin.domain.errors import Conflict, Unavailable
from serin.domain.events import Event
from serin.domain.features import EntityKey, OnlineValues
from serin.domain.models import ModelVersion, Published
from serin.domain.release_course import Course
from serin.domain.releases import Release
from serin.domain.shadows import ShadowAnswer, ShadowCall, ShadowRow, failed_call
from serin.ports import AliasState, Answer, Deployed


@dataclass
class MemoryClock:
    """A clock that stands still until it is advanced."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.moment += by


@dataclass
class MemoryEvents:
    """A bus that remembers; the next `failures` calls find it out of reach."""

    published: list[Event] = field(default_factory=list)
    failures: int = 0

    def publish(self, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable("The event bus did not take the event.", "Try again.")
        self.published.append(event)


@dataclass
class MemoryMessages:
    """Messages that were hidden: receipt and seconds; the next `failures` calls find the queue out of reach."""

    hidden: list[tuple[str, int]] = field(default_factory=list)
    failures: int = 0

    def hide(self, receipt: str, seconds: int) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable(
                f"The queue did not hide the message for {seconds} s.", "It comes again by itself, later."
            )
        self.hidden.append((receipt, seconds))


@dataclass
class MemoryNotices:
    """Notices that were sent, subject and text; the next `failures` are not taken."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    failures: int = 0

    def publish(self, subject: str, text: str) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable(f"Nobody took the notice {subject!r}.", "Try again.")
        self.sent.append((subject, text))


@dataclass
class MemoryWorkflows:
    """Workflows that were asked for, by id; `continued` are releases in a new execution, by the name of that.

    `batch_failures` say why a batch ended; `repeats` is rerun → the run that it repeats;
    `woken` are the tokens by which something was woken.
    """

    trainings: dict[str, tuple[str, str]] = field(default_factory=dict)
    releases: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    continued: dict[str, Course] = field(default_factory=dict)
    correlations: dict[str, str] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    batch_failures: dict[str, str] = field(default_factory=dict)
    repeats: dict[str, str] = field(default_factory=dict)
    woken: list[str] = field(default_factory=list)

    def start_training(self, model: str, run_id: str, cause: str, correlation: str, parent: str | None = None) -> bool:
        wanted = (model, cause)
        if parent is not None:
            self.repeats[run_id] = parent
        self.correlations.setdefault(run_id, correlation)
        return self.trainings.setdefault(run_id, wanted) is wanted

    def start_release(
        self, model: str, version: int, release_id: str, cause: str, correlation: str, attempt: int = 0
    ) -> bool:
        name, release = f"{release_id}-a{attempt}" if attempt else release_id, (model, version, cause)
        self.correlations.setdefault(name, correlation)
        return self.releases.setdefault(name, release) is release

    def continue_release(self, release: Release, number: int, course: Course) -> bool:
        return self.continued.setdefault(f"{release.id}-c{number}", course) is course

    def start_batch(self, batch: Batch) -> bool:
        return self.batches.setdefault(batch.id, batch) is batch

    def batch_failure(self, batch: str) -> str | None:
        return self.batch_failures.get(batch)

    def wake(self, token: str) -> bool:
        self.woken.append(token)
        return True


@dataclass
class MemoryErasures:
    """Erasures that were begun, by id."""

    begun: dict[str, Erasure] = field(default_factory=dict)

    def start(self, erasure: Erasure) -> None:
        self.begun.setdefault(erasure.id, erasure)


class MemoryOnlineFeatures:
    """The last values of entities in a dictionary."""

    def __init__(self) -> None:
        self._items: dict[str, OnlineValues] = {}
        self._buckets: dict[str, Bucket] = {}

    def write(self, values: Sequence[OnlineValues]) -> int:
        for value in values:
            values_item(value)  # which refuses what DynamoDB would
        kept = [value for value in values if value.sequence >= self._items.get(value.key.id, value).sequence]
        self._items.update((value.key.id, value) for value in kept)
        return len(kept)

    def write_buckets(self, buckets: Sequence[Bucket]) -> int:
        kept = [b for b in buckets if b.sequence >= self._buckets.get(b.key.id, b).sequence]
        # Read back from what DynamoDB would hold, so that whatever is counted here has been written and read.
        self._buckets.update((bucket.key.id, _as_stored(bucket)) for bucket in kept)
        return len(kept)

    def forget(self, ids: Sequence[str]) -> int:
        there = [name for name in ids if name in self._items or name in self._buckets]
        for name in there:
            self._items.pop(name, None)
            self._buckets.pop(name, None)
        return len(there)

    def read(self, keys: Sequence[EntityKey]) -> Mapping[EntityKey, OnlineItem]:
        known: dict[str, OnlineItem] = {**self._items, **self._buckets}
        return {key: known[key.id] for key in keys if key.id in known}


def _as_stored(bucket: Bucket) -> Bucket:
    *pieces, item = bucket_items(bucket)
    return read_bucket(bucket.key, item, map(piece_of, pieces))


Shadows = Callable[[str, ShadowRow], ShadowAnswer]


def no_answer(function_version: str, row: ShadowRow) -> ShadowAnswer:
    """A version that fails on every row."""
    raise RuntimeError(f"version {function_version} says nothing of {row.prediction_id}")


Answers = Callable[[str, Sequence[Mapping[str, object]]], Answer]


def all_late(function_version: str, instances: Sequence[Mapping[str, object]]) -> Answer:
    """An endpoint that says the same of every row."""
    return Answer(200, {"predictions": [{"label": True, "probability": 0.5} for _ in instances], "v": function_version})


@dataclass
class MemoryEndpoint:
    """Function versions and aliases; `answers` plays the functions, `deploy` names the code they are made from.

    `scores` is what a replay gives, by the row as sorted JSON; `replayed` is who was asked, and on whose behalf.
    `shadows` plays what a version says of a logged row; one that raises dies by it. `shadowed` are the calls: which
    version, for which release, on whose behalf, the rows' prediction ids; each version's go over as many `sandboxes` in
    turn. `full` next calls find no room.
    """

    answers: Answers = all_late
    deploy: str = "code-1"
    aliases: dict[str, AliasState] = field(default_factory=dict)
    versions: list[Published] = field(default_factory=list)
    scores: dict[str, Score] = field(default_factory=dict)
    replayed: list[tuple[str, str, str]] = field(default_factory=list)
    base_layers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    deleted: set[tuple[str, str]] = field(default_factory=set)
    warm: dict[tuple[str, str], int] = field(default_factory=dict)
    shadows: Shadows = no_answer
    shadowed: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)
    sandboxes: int = 5
    being_deployed: set[str] = field(default_factory=set)
    full: int = 0
    _lock: Lock = field(default_factory=Lock)

    def publish(self, version: ModelVersion, known: Published | None) -> Published:
        now = self.deployed(version.model)
        current = known and (known.code_sha256, known.layers) == (now.code_sha256, now.layers)
        if known and current and known.function_version in self.function_versions(version.model):
            return known
        number = len(self.versions) + 2
        published = Published(version.model, version.version, str(number), f"layer:{number}", self.deploy, now.layers)
        self.versions.append(published)
        return published

    def deployed(self, model: str) -> Deployed:
        return Deployed(self.deploy, self.base_layers.get(model, ()))

    def is_being_deployed(self, model: str) -> bool:
        return model in self.being_deployed

    def alias(self, model: str) -> AliasState:
        return self.aliases.get(model, AliasState("1", {}, "r0"))

    def move_alias(
        self, model: str, function_version: str, expected: AliasState, candidate: str | None = None, weight: int = 0
    ) -> AliasState:
        now = self.alias(model)
        if (now.function_version, now.weights) != (expected.function_version, expected.weights):
            raise Conflict("The alias has changed since it was read.", "Look who changed it, then try again.")
        weights = {candidate: weight / 100} if candidate and weight else {}
        self.aliases[model] = AliasState(function_version, weights, f"r{int(now.revision[1:]) + 1}")
        return self.aliases[model]

    def provision_like(self, model: str, function_version: str, other: str) -> bool:
        if number := self.warm.get((model, other)):
            self.warm[model, function_version] = number
        return True

    def unprovision(self, model: str, function_version: str) -> None:
        self.warm.pop((model, function_version), None)

    def function_versions(self, model: str) -> Sequence[str]:
        own = [version.function_version for version in self.versions if version.model == model]
        return [number for number in ["1", *own] if (model, number) not in self.deleted]

    def delete_function_version(self, model: str, function_version: str) -> None:
        alias = self.alias(model)
        if function_version in {alias.function_version, *alias.weights}:
            raise Conflict(f"An alias leads to function version {function_version}.", "Move it first.")
        self.deleted.add((model, function_version))

    def layer_versions(self, model: str) -> Sequence[str]:
        own = [version.layer_arn for version in self.versions if version.model == model]
        return [arn for arn in own if (model, arn) not in self.deleted]

    def delete_layer_version(self, model: str, layer_arn: str) -> None:
        self.deleted.add((model, layer_arn))

    def ask(self, model: str, function_version: str, instances: Sequence[Mapping[str, object]]) -> Answer:
        self._look_for(model, function_version)
        return self.answers(function_version, instances)

    def replay(
        self, model: str, function_version: str, rows: Sequence[Mapping[str, object]], correlation: str
    ) -> Sequence[Score]:
        self._look_for(model, function_version)
        self.replayed.append((model, function_version, correlation))
        answers = [self.scores.get(json.dumps(row, sort_keys=True)) for row in rows]
        if None in answers:
            raise Unavailable(f"Function version {function_version} failed: no score.", "Read the function's log.")
        return [score for score in answers if score is not None]

    def shadow(
        self, model: str, function_version: str, release: str, rows: Sequence[ShadowRow], correlation: str
    ) -> ShadowCall:
        self._look_for(model, function_version)
        with self._lock:
            if self.full:
                self.full -= 1
                raise Unavailable("Lambda has no room for one more call.", "Try again.")
            before = sum(call[0] == function_version for call in self.shadowed)
            ids = tuple(row.prediction_id for row in rows)
            self.shadowed.append((function_version, release, correlation, ids))
        name = f"{function_version}-{before + 1}"
        try:
            answers = tuple(self.shadows(function_version, row) for row in rows)
        except RuntimeError as error:
            return failed_call(name, str(error), len(rows))
        return ShadowCall(name, answers, f"[{function_version}]{before % self.sandboxes}")

    def _look_for(self, model: str, function_version: str) -> None:
        if function_version not in self.function_versions(model):
            found = f"Function version {function_version} of {model} is gone."
            raise Unavailable(found, "Release the model's version again.")
