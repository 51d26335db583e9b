"""A model with some code, taken from its training set to its first answers by the services that the functions call."""

from __future__ import annotations

import importlib
import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from benches.coding.asking import Endpoint
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryOnlineFeatures
from serin.domain.charter import Charter
from serin.domain.errors import Invalid, SerinError
from serin.domain.experiments import Run
from serin.domain.golden_request import GOLDEN_REQUEST
from serin.domain.model_source import ModelSource
from serin.files.charters import Examined, examine
from serin.files.models import with_types
from serin.services.accept_upload import Arrival, accept_upload
from serin.services.build_training_set import build_training_set
from serin.services.evaluate_model import judge, register
from serin.services.predict import Predictor
from serin.services.release.publish import golden_fault
from serin.services.select_trial import select
from serin.services.train_model import Refitted, Trainer
from serin.serving.package import find_package

ROOM = 200_000_000
Code = Mapping[str, bytes]


@dataclass(frozen=True)
class Refusal:
    """Where a model was refused, and in which words; `anonymous` where what was raised names no remedy."""

    step: str
    said: str
    anonymous: bool = False


class World:
    """One folder of a model and its uploaded table; each model in it is the folder's with other code."""

    def __init__(self, folder: Path, table: bytes, now: Any) -> None:
        self.examined: Examined = examine(folder / "model.yaml")
        self._lake, self._artifacts = MemoryObjectStore(), MemoryObjectStore()
        self._catalog, self._clock = MemoryCatalog(), MemoryClock(now)
        self._send(table)

    def _send(self, table: bytes) -> None:
        dataset, uploads = self.examined.charter.truth.dataset, MemoryObjectStore()
        uploads.put(f"raw/{dataset}/all.csv", table)
        upload = accept_upload(
            Arrival(f"raw/{dataset}/all.csv", None, len(table)), self.examined.contracts,
            uploads=uploads, lake=self._lake, catalog=self._catalog, events=MemoryEvents(), clock=self._clock,
        )  # fmt: skip
        if upload.accepted < upload.rows:
            raise ValueError(f"{upload.rows - upload.accepted} rows of the table were set aside: {upload.rules}")

    def charter(self, name: str, on_demand: Mapping[str, str], pipeline: str | None) -> Charter:
        """The folder's charter for a model with these functions and this pipeline."""
        charter = with_types(self.examined.charter, self.examined.contracts)
        used = (*charter.features.model_uses, *(item for item in on_demand if item not in charter.features.model_uses))
        features = replace(charter.features, on_demand={**charter.features.on_demand, **on_demand}, model_uses=used)
        training = replace(charter.training, pipeline=pipeline or charter.training.pipeline)
        return replace(charter, model=name, features=features, training=training)

    @contextmanager
    def released(self, charter: Charter, code: Code, folder: Path) -> Iterator[Endpoint | Refusal]:
        """The endpoint of a version that was let through, or why it was not; `folder` is empty."""
        step = ["training set"]
        with on_path(_written(code, folder / "train")):
            outcome = _tried(step, lambda: self._registered(charter, code, step))
        if isinstance(outcome, Refusal):
            yield outcome
            return
        layer = self._artifacts.get(outcome.layer.key)
        zipfile.ZipFile(io.BytesIO(layer)).extractall(folder / "layer")
        with on_path(folder / "layer" / "python"):
            endpoint = Endpoint(charter, self._predictor(outcome), self._clock)
            refused = _tried(step, lambda: self._golden(endpoint))
            yield refused if isinstance(refused, Refusal) else endpoint

    def _registered(self, charter: Charter, code: Code, step: list[str]) -> Refitted:
        lake, catalog, clock, run = self._lake, self._catalog, self._clock, f"run-{charter.model}"
        made = build_training_set(
            run, "call", "c", ModelSource(charter, self.examined.contracts, code, self.examined.golden), _function,
            lake=lake, catalog=catalog, clock=clock,
        )  # fmt: skip
        if isinstance(made, str):
            raise Invalid(made, "Give the table more rows.")
        training_set, trials = made
        step[0] = "check"
        trainer = Trainer(
            charter, training_set, code, self.examined.golden, lake=lake, artifacts=self._artifacts, room=ROOM
        )
        checked = trainer.check(trials)
        step[0] = "trial"
        results = [trainer.trial(run, trial) for trial in trials]
        chosen = select(charter, run, training_set, results, checked, catalog=catalog)
        step[0] = "contest"
        scores = trainer.contest(run, chosen.trial, None, chosen.scored)
        step[0] = "gate"
        verdict = judge(
            charter, run, training_set, scores, None,
            lake=lake, artifacts=self._artifacts, catalog=catalog, clock=clock,
        )  # fmt: skip
        if verdict.outcome != "pass":
            raise Invalid(verdict.sentence, "See the run.")
        step[0] = "refit"
        refitted = trainer.refit(run, chosen.trial)
        register(
            charter, run, training_set, chosen.trial, refitted, catalog=catalog, events=MemoryEvents(), clock=clock
        )
        step[0] = "golden"
        return refitted

    def run(self, model: str) -> Run:
        """What the catalog remembers of a model's training."""
        return self._catalog.run(model, f"run-{model}")

    def _predictor(self, made: Refitted) -> Predictor:
        return Predictor(
            find_package(), 1, made.estimator.sha256,
            online=MemoryOnlineFeatures(), clock=self._clock, function_version="1",
        )  # fmt: skip

    def _golden(self, endpoint: Endpoint) -> None:
        rows = self.examined.golden
        answer = endpoint.ask([row["instance"] for row in rows], GOLDEN_REQUEST)
        if answer.status != 200:
            raise Invalid(f"The golden rows were answered with {answer.body}.", "Read its log.")
        for number, (row, prediction) in enumerate(zip(rows, answer.body["predictions"], strict=True), start=1):
            expect: Any = row["expect"]
            if fault := golden_fault(number, expect, prediction):
                raise Invalid(f"{fault}.", "Correct the model, or the expectation in its golden file.")


def _tried(step: Sequence[str], work: Callable[[], Any]) -> Any:
    try:
        return work()
    except SerinError as error:
        return Refusal(step[0], str(error), anonymous=not error.remedy)
    except (Exception, SystemExit) as error:  # noqa: BLE001 a fault of ours is what is looked for
        return Refusal(step[0], f"{type(error).__name__}: {error!r}", anonymous=True)


def _function(call: str) -> Callable[..., Any]:
    module, _, name = call.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(f"model_code.{module}"), name)
    return function


def _written(code: Code, folder: Path) -> Path:
    package = folder / "model_code"
    package.mkdir(parents=True)
    for name, content in {"__init__.py": b"", **code}.items():
        (package / name).write_bytes(content)
    return folder


@contextmanager
def on_path(folder: Path) -> Iterator[None]:
    """The folder first on the path; what this process knew of model packages before is set aside meanwhile."""
    before = _take_away()
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        _take_away()
        sys.modules.update(before)


def _take_away() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] in {"model_code", "serin_model"}]
    return {name: sys.modules.pop(name) for name in names}


def golden_instance(world: World) -> Mapping[str, Any]:
    """The first golden row's instance."""
    instance: Any = json.loads(json.dumps(world.examined.golden[0]["instance"]))
    return dict(instance)
