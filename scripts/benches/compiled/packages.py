"""The function `predict` as Lambda has it, with a model that needs no look-up: layers, the model's own, variables."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from infra.packaging.built import BuiltPackages
from infra.packaging.room import PREDICT_LAYERS
from infra.settings import Target, this_architecture, this_python
from serin.domain.charter import Charter, Input
from serin.domain.compilation import Runtime
from serin.files.models import read_models
from serin.learning.compiling.proven import compiled_and_proven
from serin.learning.fitting import Fitted
from serin.learning.package import estimator_bytes, manifest_of, model_layer
from serin.serving.compiled.kernel import Kernel
from serin.serving.manifest import ModelColumn

ROOT = Path(__file__).parents[3]
MODEL = "flight-delay"


@dataclass(frozen=True)
class Function:
    """Where its code lies, in the order of its path, and the digest of its model."""

    paths: Sequence[Path]
    sha256: str

    def variables(self, runtime: Runtime) -> Mapping[str, str]:
        """The environment of a process of it."""
        return {
            "PYTHONPATH": os.pathsep.join(map(str, self.paths)),
            "SERIN_STAGE": "dev",
            "SERIN_MODEL": MODEL,
            "SERIN_MODEL_VERSION": "1",
            "SERIN_MODEL_SHA256": self.sha256,
            "SERIN_FEATURES_TABLE": "features",
            "SERIN_RUNTIME": runtime,
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
        }


def function_of(folder: Path, columns: Sequence[ModelColumn], kernel: Kernel) -> Function:
    """The function with the model that `make_subjects` left in the folder as `histogram.joblib`."""
    fitted = Fitted(
        joblib.load(folder / "histogram.joblib"), tuple(columns), (False, True), datetime(2013, 12, 31, tzinfo=UTC)
    )
    return released(folder, charter_of(columns), fitted, joblib.load(folder / "table.joblib").head(2000), kernel)


def released(
    folder: Path,
    charter: Charter,
    fitted: Fitted,
    table: pd.DataFrame,
    kernel: Kernel,
    code: Mapping[str, bytes] | None = None,
) -> Function:
    """The function with a fitted model, whose layer is unpacked below the folder; `table` proves the compiled one."""
    packages = BuiltPackages(ROOT, Target("local", this_python(), this_architecture()), read_models(ROOT / "models"))
    proven = compiled_and_proven(fitted, charter.task, table, kernel, 10**9)
    if proven.content is None:
        raise SystemExit(proven.compilation.sentence)
    written = estimator_bytes(fitted.estimator)
    manifest = manifest_of(charter, "set1", {}, fitted, written, proven.compilation)
    layer = model_layer(charter, manifest, written, code or {}, proven.content)
    zipfile.ZipFile(io.BytesIO(layer)).extractall(folder / "layer")
    layers = [packages.layer(name).folder / "python" for name in PREDICT_LAYERS]
    return Function([packages.function("predict").folder, *layers, folder / "layer" / "python"], manifest.sha256)


def charter_of(columns: Sequence[ModelColumn]) -> Charter:
    """The flight model's, asked for the columns themselves."""
    charter = next(of.charter for of in read_models(ROOT / "models") if of.charter.model == MODEL)
    inputs = tuple(
        Input(column.name, "number" if column.kind == "numeric" else "string", nullable=True) for column in columns
    )
    names = tuple(column.name for column in columns)
    features = replace(charter.features, views=(), on_demand={}, defaults={}, model_uses=names)
    return replace(charter, inputs=inputs, features=features)


def event_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What API Gateway sends for these instances."""
    call = {"requestId": "r1", "authorizer": {"lambda": {"scopes": f"predict:{MODEL}"}}}
    path = f"/models/{MODEL}/predict"
    return {"requestContext": call, "rawPath": path, "headers": {}, "body": json.dumps({"instances": list(rows)})}
