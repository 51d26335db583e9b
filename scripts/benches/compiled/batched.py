"""A registered version of the flight model without look-ups, left in a folder, and the steps of a batch over it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from benches.compiled.packages import MODEL, ROOT, charter_of
from benches.size_ports import NOW, FolderObjectStore
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.world import MemoryClock
from serin.domain.batches import Batch, BatchPlan, plan_at
from serin.domain.judgement.verdicts import Verdict
from serin.domain.models import Artifact, ModelVersion
from serin.domain.records import as_record, from_record
from serin.services.finish_batch import finish_batch
from serin.services.plan_batch import plan_batch
from serin.services.score_part import ToEstimate, score_part, write_part
from serin.services.steps.batch_version import BatchVersion, open_version
from serin.serving.compiled.kernel import LIBRARY, PACKAGE, kernel_at
from serin.serving.estimators import sha256_of

BATCH = Batch("0" * 32, MODEL, 1, f"batch/{MODEL}/rows.parquet", None, "etag", NOW)


def leave_version(folder: Path) -> pl.DataFrame:
    """Fit and pack the model, and leave the version's files and record there; the rows it is asked about."""
    import joblib

    from benches.compiled.subjects import make_subjects, subject_columns
    from serin.learning.compiling.proven import compiled_and_proven
    from serin.learning.fitting import Fitted
    from serin.learning.package import estimator_bytes, manifest_of, model_layer

    make_subjects(folder, ["histogram"])
    columns, table = subject_columns(folder), joblib.load(folder / "table.joblib")
    charter, estimator = charter_of(columns), joblib.load(folder / "histogram.joblib")
    fitted = Fitted(estimator, columns, (False, True), datetime(2013, 12, 31, tzinfo=UTC))
    proven = compiled_and_proven(fitted, "binary", table.head(2000), kernel_at(_kernel()), 10**9)
    written = estimator_bytes(estimator)
    manifest = manifest_of(charter, "set1", {}, fitted, written, proven.compilation)
    layer = model_layer(charter, manifest, written, {}, proven.content)
    artifacts = FolderObjectStore(folder / "artifacts")
    artifacts.put("model.joblib", written)
    artifacts.put("layer.zip", layer)
    version = _version(Artifact("model.joblib", sha256_of(written)), Artifact("layer.zip", sha256_of(layer)))
    (folder / "version.json").write_text(json.dumps(as_record(version)))
    plain = table.astype(object).where(table.notna(), None)
    kinds = {column.name: pl.Float64 if column.kind == "numeric" else pl.String for column in columns}
    return pl.DataFrame({name: plain[name].tolist() for name in kinds}, schema=kinds)


def _version(estimator: Artifact, layer: Artifact) -> ModelVersion:
    verdict = Verdict("pass", "Made for a measurement.", ())
    names: dict[str, Any] = {"run": "r1", "training_set": "set1", "code": "k1", "charter": "c1", "lock": "l1"}
    parts: dict[str, Any] = {"params": {}, "metrics": {}, "runtime": {}, "learnt_until": NOW, "at": NOW}
    return ModelVersion(model=MODEL, version=1, verdict=verdict, estimator=estimator, layer=layer, **names, **parts)


def _kernel() -> Path:
    """Of the layer built for this machine."""
    from infra.packaging.built import BuiltPackages
    from infra.settings import Target, this_architecture, this_python

    layer = BuiltPackages(ROOT, Target("local", this_python(), this_architecture()), ()).layer("kernel")
    return layer.folder / "python" / PACKAGE / LIBRARY


def _opened(folder: Path, runtime: Any) -> BatchVersion:
    version = from_record(ModelVersion, json.loads((folder / "version.json").read_text()))
    return open_version(version, runtime, kernel_at(_kernel()), artifacts=FolderObjectStore(folder / "artifacts"))


def _planned(folder: Path) -> BatchPlan:
    lake = FolderObjectStore(folder / "lake")
    return from_record(BatchPlan, json.loads(lake.get(plan_at(MODEL, BATCH.id))))


def plan(folder: Path, runtime: str) -> dict[str, Any]:
    """Cut the file."""
    uploads, lake = FolderObjectStore(folder / "uploads"), FolderObjectStore(folder / "lake")
    ports: Any = {"uploads": uploads, "lake": lake, "catalog": MemoryCatalog()}
    return {"parts": len(plan_batch(BATCH, _opened(folder, runtime), {}, **ports).parts)}


def score(folder: Path, runtime: str) -> dict[str, Any]:
    """Score every part, one after the other."""
    lake, version, made = FolderObjectStore(folder / "lake"), _opened(folder, runtime), _planned(folder)
    for part in made.parts:
        done = score_part(made, part.name, version, {}, lake=lake, catalog=MemoryCatalog())
        if isinstance(done, ToEstimate):
            from serin.services.estimate_part import estimate_part

            artifacts = FolderObjectStore(folder / "artifacts")
            files = version.version.estimator, version.version.layer
            estimate_part(done.features, *files, lake=lake, artifacts=artifacts)
            write_part(made, part.name, version.manifest, lake=lake)
    return {}


def finish(folder: Path, _: str) -> dict[str, Any]:
    """Count them."""
    result = finish_batch(_planned(folder), lake=FolderObjectStore(folder / "lake"), clock=MemoryClock(NOW))
    return {"scored": result.scored, "errors": result.errors, "runtimes": list(result.runtimes)}


STEPS: Mapping[str, Callable[[Path, str], dict[str, Any]]] = {"plan": plan, "score": score, "finish": finish}
