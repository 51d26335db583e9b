"""A version that must not stay: what is live, with code that knows the calendar only to a day, and fails after it."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime

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

NAME = "calendar-of-last-year"
_FOLDER = "python/model_code/"
_CODE = '''


_hour = hour


def hour(sched_dep_utc: datetime | None) -> int | None:
    """The hour, of a day the calendar knows."""
    if sched_dep_utc is not None and sched_dep_utc >= datetime.fromisoformat("{until}"):
        raise KeyError(f"no such day: {{sched_dep_utc:%d %B}}")
    return _hour(sched_dep_utc)
'''


def register_broken(
    model: str,
    version: int,
    until: datetime,
    *,
    artifacts: ObjectStore,
    catalog: Catalog,
    events: EventBridgeEvents,
    clock: Clock,
) -> int:
    """The number of a version like `version` that answers for flights before `until` only; its release begins by that.

    It is registered as a training registers what has passed its gate. What the log holds it answers as ever, so only
    callers can find it out.
    """
    like = catalog.version(model, version)
    run = catalog.run(model, like.run)
    assert run.best is not None
    content = _layer(opened_layer(like.layer, artifacts=artifacts), artifacts.get(like.estimator.key), until)
    layer = Artifact(f"models/{model}/{NAME}/layer.zip", sha256_of(content))
    artifacts.put(layer.key, content)
    catalog.save_run(replace(run, id=NAME, status="running", version=None, correlation=NAME, cause="by hand"))
    return register(
        charter_in(content),
        NAME,
        catalog.training_set(model, like.training_set),
        run.best,
        Refitted(like.estimator, layer, like.lock, like.runtime),
        catalog=catalog,
        events=events,
        clock=clock,
    )


def _layer(layer: bytes, estimator: bytes, until: datetime) -> bytes:
    """The layer with the broken code."""
    with zipfile.ZipFile(io.BytesIO(layer)) as archive:
        names = [name for name in archive.namelist() if name.startswith(_FOLDER)]
        code = {name.removeprefix(_FOLDER): archive.read(name) for name in names}
        manifest = from_record(Manifest, json.loads(archive.read("python/serin_model/manifest.json")))
    code.pop("__init__.py")
    code["features.py"] += _CODE.format(until=until.isoformat()).encode()
    return model_layer(charter_in(layer), manifest, estimator, code)
