"""The platform's services with ports in memory: a file goes in, and a version is live or the reason is there."""

from __future__ import annotations

import importlib.util
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benches.shipped.newcomer import Drafted
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.metrics import MemoryMetrics
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import (
    MemoryClock,
    MemoryEndpoint,
    MemoryEvents,
    MemoryOnlineFeatures,
    MemoryWorkflows,
)
from serin.domain.charter import Charter
from serin.domain.errors import SerinError
from serin.domain.experiments import TrainingSet
from serin.domain.golden_request import GOLDEN_REQUEST
from serin.domain.judgement.release_evidence import ReleaseEvidence
from serin.domain.model_source import ModelSource
from serin.domain.names import digest
from serin.domain.release_course import Course
from serin.learning.scores import Scores, read_scores
from serin.ports import Answer
from serin.services.accept_upload import Arrival, accept_upload
from serin.services.build_training_set import build_training_set
from serin.services.evaluate_model import judge, register
from serin.services.predict import Predictor, Request
from serin.services.release.begin import begin
from serin.services.release.context import JudgedRelease
from serin.services.release.finish import finish
from serin.services.release.open import open_release
from serin.services.release.prune import prune
from serin.services.release.publish import golden, publish
from serin.services.release.shift import promote
from serin.services.select_trial import select
from serin.services.train_model import Refitted, Trainer
from serin.serving.package import PACKAGE, ModelPackage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN, RELEASE, CAUSE = "run1", "rel1", "features"
ROOM = 200 * 10**6


class NotLive(Exception):
    """Why the table's model is not live, in one sentence."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What the training was judged on."""

    training_set: TrainingSet
    scores: Scores
    warnings: tuple[str, ...]


@dataclass
class Platform:
    """One model's world."""

    drafted: Drafted
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    control: MemoryControl = field(default_factory=MemoryControl)
    uploads: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    artifacts: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOW))
    endpoint: MemoryEndpoint = field(default_factory=MemoryEndpoint)

    @property
    def charter(self) -> Charter:
        """The model's."""
        return self.drafted.model.charter

    def upload(self, name: str, content: bytes) -> int:
        """Take the file in; the number of rows that were accepted."""
        contracts = self.drafted.model.contracts
        (dataset,) = contracts
        key = f"raw/{dataset}/{name}"
        self.uploads.put(key, content)
        ports = {"uploads": self.uploads, "lake": self.lake, "catalog": self.catalog, "events": self.events}
        upload = accept_upload(Arrival(key, None, len(content)), contracts, **ports, clock=self.clock)  # type: ignore[arg-type]
        if upload.status != "accepted" or upload.quarantined:
            raise NotLive(f"{upload.quarantined or 'all'} rows set aside: {upload.reason or dict(upload.rules)}")
        return upload.accepted or 0

    def train(self) -> Judged:
        """From the rows to a registered version; NotLive with the gate's sentence where there is none."""
        built = build_training_set(
            *(RUN, CAUSE, RUN, ModelSource(self.charter, self.drafted.model.contracts, self._code()), self._function),
            lake=self.lake,
            catalog=self.catalog,
            clock=self.clock,
        )
        if isinstance(built, str):
            raise NotLive(built)
        training_set, trials = built
        trainer = Trainer(
            *(self.charter, training_set, self._code(), self.drafted.golden),
            lake=self.lake,
            artifacts=self.artifacts,
            room=ROOM,
        )
        checked = trainer.check(trials)
        results = [trainer.trial(RUN, trial) for trial in trials]
        chosen = select(self.charter, RUN, training_set, results, checked, catalog=self.catalog)
        scores = trainer.contest(RUN, chosen.trial, None, chosen.scored)
        stores = {"lake": self.lake, "artifacts": self.artifacts}
        verdict = judge(self.charter, RUN, training_set, scores, None, **stores, catalog=self.catalog, clock=self.clock)
        if verdict.outcome != "pass":
            raise NotLive(f"{verdict.outcome}: {verdict.sentence}")
        refitted = trainer.refit(RUN, chosen.trial)
        ports = {"catalog": self.catalog, "events": self.events, "clock": self.clock}
        register(self.charter, RUN, training_set, chosen.trial, refitted, **ports)  # type: ignore[arg-type]
        self._serves(refitted)
        return Judged(training_set, read_scores(self.artifacts.get(scores.key)), checked.warnings)

    def release(self) -> int:
        """All steps of the first release; the version that is live."""
        steps: dict[str, Callable[[JudgedRelease, Course], Course]] = {
            "publish": lambda context, course: publish(context, course.round),
            "golden": lambda context, _: golden(context, self.drafted.golden),
            "open": lambda context, course: open_release(context, course.round),
            "promote": lambda context, _: promote(context),
            "prune": lambda context, _: prune(context),
            "finish": lambda context, _: finish(context),
        }
        course = begin(self._context(), 1, "registered", RELEASE)
        while course.next not in ("end", "abandon"):
            self.clock.advance(timedelta(seconds=1 + course.seconds))
            course = steps[course.next](self._context(), course)
        live = self.control.live(self.charter.model)
        if live is None:
            raise NotLive(f"the release ended: {course.reason}")
        return live.version

    def _serves(self, refitted: Refitted) -> None:
        """The endpoint answers as `predict` does with what the release puts beside it."""
        folder = self.drafted.model.folder / "layer"
        with zipfile.ZipFile(io.BytesIO(self.artifacts.get(refitted.layer.key))) as layer:
            layer.extractall(folder)
        package = ModelPackage(str(folder / "python" / PACKAGE))
        predictor = Predictor(
            *(package, 1, refitted.estimator.sha256),
            online=MemoryOnlineFeatures(),
            clock=self.clock,
            function_version="2",
        )

        def answers(_: str, instances: Sequence[Mapping[str, object]]) -> Answer:
            body = json.dumps({"instances": list(instances)}).encode()
            reply = predictor.predict(Request(GOLDEN_REQUEST, body, (f"predict:{self.charter.model}",)))
            return Answer(reply.status, reply.body)

        self.endpoint.answers = answers

    def _context(self) -> JudgedRelease:
        return JudgedRelease(
            model=self.charter.model,
            id=RELEASE,
            catalog=self.catalog,
            control=self.control,
            endpoint=self.endpoint,
            events=self.events,
            workflows=MemoryWorkflows(),
            clock=self.clock,
            tell=lambda *_: None,
            policy=self.charter.release.policy,
            latency_ms=200.0,
            metrics=MemoryMetrics(),
            gather=_nothing_is_compared,
            ask_shadow=lambda *_: 0,
        )

    def _code(self) -> Mapping[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.drafted.model.folder.glob("*.py"))}

    def _function(self, call: str) -> Callable[..., Any]:
        module, _, name = call.partition(":")
        path: Path = self.drafted.model.folder / f"{module}.py"
        spec = importlib.util.spec_from_file_location(f"drafted_{digest(str(path))[:12]}", path)
        assert spec is not None
        assert spec.loader is not None
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        function: Callable[..., Any] = getattr(loaded, name)
        return function


def _nothing_is_compared(*_: object) -> ReleaseEvidence:
    raise SerinError("A first version has nothing beside it.", "This bench releases no second one.")
