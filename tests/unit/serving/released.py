"""A model trained on made-up orders and unpacked on the path, as a release puts it beside `predict`."""

from __future__ import annotations

import importlib
import io
import math
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from serin.domain.charter import Charter, Input, Task
from serin.learning.columns import TrainingColumns
from serin.learning.compiling.proven import compiled_and_proven
from serin.learning.fitting import Fitted, refit
from serin.learning.package import estimator_bytes, manifest_of, model_layer
from serin.learning.pipelines import pipeline_maker
from serin.serving.estimators import sha256_of
from tests.builders import a_charter
from tests.kernels import kernel_folder, this_kernel

CODE = {
    "features.py": (
        b"from datetime import datetime\n\n\n"
        b"def hour(at: datetime | None) -> int | None:\n"
        b"    return None if at is None else at.hour\n"
    )
}
PACKAGES = {"model_code", "serin_model", "serin_kernel"}
ROOM = 10**8
PARAMS = {"max_leaf_nodes": 7, "max_iter": 20}


@dataclass(frozen=True, eq=False)
class Released:
    """The layer's folder, what was fitted, and the digest the registry would have recorded."""

    folder: Path
    fitted: Fitted
    sha256: str
    estimator: bytes
    layer: bytes


def orders_charter(task: Task = "binary") -> Charter:
    """The builders' charter with a nullable shop, as the made-up orders have it."""
    charter = a_charter(task=task)
    inputs = tuple(Input("shop", "string", nullable=True) if i.name == "shop" else i for i in charter.inputs)
    return replace(charter, inputs=inputs)


def release(folder: Path, charter: Charter, columns: TrainingColumns, code: Mapping[str, bytes] = CODE) -> Released:
    """Fit on the columns, compile, pack, and unpack the layer into a folder; a hundred rows are proof enough."""
    fitted = refit(columns, charter.task, pipeline_maker(charter), PARAMS)
    estimator = estimator_bytes(fitted.estimator)
    proven = compiled_and_proven(fitted, charter.task, columns.table, this_kernel(), ROOM, most=100)
    manifest = manifest_of(charter, "set1", PARAMS, fitted, estimator, proven.compilation)
    layer = model_layer(charter, manifest, estimator, code, proven.content)
    zipfile.ZipFile(io.BytesIO(layer)).extractall(folder)
    return Released(folder / "python", fitted, sha256_of(estimator), estimator, layer)


@contextmanager
def on_path(folder: Path) -> Iterator[None]:
    """The folder first on the path, and the kernel's behind it; their packages are forgotten afterwards."""
    ours = [str(folder), str(kernel_folder())]
    sys.path[:0] = ours
    importlib.invalidate_caches()
    try:
        yield
    finally:
        for path in ours:
            sys.path.remove(path)
        for name in [name for name in sys.modules if name.partition(".")[0] in PACKAGES]:
            del sys.modules[name]
        importlib.invalidate_caches()


def as_rows(columns: TrainingColumns) -> list[dict[str, Any]]:
    """The training table as a request's rows hold it: None for null, whole numbers as int."""
    records: list[dict[str, Any]] = columns.table.to_dict("records")
    return [{name: _plain(value) for name, value in record.items()} for record in records]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() else value
