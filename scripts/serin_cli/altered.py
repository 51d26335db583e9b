"""A version with other code in its layer, registered as a training registers what has passed its gate."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace

from serin.adapters.events import EventBridgeEvents
from serin.domain.models import Artifact
from serin.domain.records import from_record
from serin.learning.package import model_layer
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.evaluate_model import register
from serin.services.steps.model_layers import charter_in, opened_layer
from serin.services.train_model import Refitted
from serin.serving.estimators import sha256_of
from serin.serving.manifest import Manifest
from serin.serving.package import COMPILED

_FOLDER, _MODEL = "python/model_code/", "python/serin_model/"
Alter = Callable[[dict[str, bytes]], None]
"""What changes the model's code, file by file."""


def register_altered(
    model: str,
    version: int,
    name: str,
    alter: Alter,
    *,
    artifacts: ObjectStore,
    catalog: Catalog,
    events: EventBridgeEvents,
    clock: Clock,
) -> int:
    """The number of a version that is `version` but for its code; `name` is its run's. Its release begins by that."""
    like = catalog.version(model, version)
    run = catalog.run(model, like.run)
    assert run.best is not None
    content = _layer(opened_layer(like.layer, artifacts=artifacts), artifacts.get(like.estimator.key), alter)
    layer = Artifact(f"models/{model}/{name}/layer.zip", sha256_of(content))
    artifacts.put(layer.key, content)
    catalog.save_run(replace(run, id=name, status="running", version=None, correlation=name, cause="by hand"))
    return register(
        charter_in(content),
        name,
        catalog.training_set(model, like.training_set),
        run.best,
        Refitted(like.estimator, layer, like.lock, like.runtime, like.compilation),
        catalog=catalog,
        events=events,
        clock=clock,
    )


def _layer(layer: bytes, estimator: bytes, alter: Alter) -> bytes:
    with zipfile.ZipFile(io.BytesIO(layer)) as archive:
        names = [name for name in archive.namelist() if name.startswith(_FOLDER)]
        code = {name.removeprefix(_FOLDER): archive.read(name) for name in names}
        manifest = from_record(Manifest, json.loads(archive.read(f"{_MODEL}manifest.json")))
        compiled = archive.read(_MODEL + COMPILED) if _MODEL + COMPILED in archive.namelist() else None
    code.pop("__init__.py")
    alter(code)
    return model_layer(charter_in(layer), manifest, estimator, code, compiled)
