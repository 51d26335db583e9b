"""A fitted model as the files a release needs."""

from __future__ import annotations

import copyreg
import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import joblib
from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper

from serin.domain.charter import Charter
from serin.domain.compilation import Compilation
from serin.domain.errors import Invalid, TooLarge
from serin.domain.model_code import RAISED, raised
from serin.domain.records import as_record
from serin.learning.fitting import Fitted
from serin.learning.pipelines import Params
from serin.learning.runtime import runtime_versions
from serin.serving.estimators import Estimator, sha256_of
from serin.serving.manifest import Manifest
from serin.serving.package import COMPILED, ESTIMATOR

MIB = 1024 * 1024
# Zip has no dates before 1980; any fixed one will do.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_CODE_FILE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\.py\Z")


def _of_any_machine(mapper: _BinMapper) -> tuple[Any, ...]:
    """How boosted trees cut columns, not on how many processors: the trees are the same, files would not be."""
    make, arguments, state, *_ = mapper.__reduce_ex__(4)
    return make, arguments, {**state, "n_threads": None}


def estimator_bytes(estimator: Estimator) -> bytes:
    """The estimator as compressed joblib; `serin.serving.estimators.open_estimator` is the way back.

    Raises Invalid for an estimator that pickle cannot write, such as one with a lambda in it.
    """
    buffer = io.BytesIO()
    copyreg.pickle(_BinMapper, _of_any_machine)
    try:
        joblib.dump(estimator, buffer, compress=("zlib", 3))
    except RAISED as error:
        raise Invalid(
            f"The estimator {type(estimator).__name__} cannot be written to a file: {raised(error)}.",
            "Replace lambdas and functions inside functions by functions at the top of pipeline.py.",
            "training.pipeline",
        ) from error
    return buffer.getvalue()


def manifest_of(
    charter: Charter,
    training_set: str,
    params: Params,
    fitted: Fitted,
    estimator: bytes,
    compilation: Compilation | None = None,
) -> Manifest:
    """What the package says of a fitted model; `training_set` is an id, `estimator` the `estimator_bytes`."""
    return Manifest(
        model=charter.model,
        task=charter.task,
        training_set=training_set,
        params=params,
        columns=fitted.columns,
        classes=fitted.classes,
        runtime=runtime_versions(),
        sha256=sha256_of(estimator),
        compilation=compilation and compilation.repeatable,
    )


def model_layer(
    charter: Charter,
    manifest: Manifest,
    estimator: bytes,
    code: Mapping[str, bytes],
    compiled: bytes | None = None,
) -> bytes:
    """The zip of the model's Lambda layer: packages `serin_model` and `model_code`. Equal parts give equal bytes.

    `code` is file name → content of the model's own Python files. Raises Invalid for other names,
    and when the manifest is of another estimator or compiled file.
    """
    if manifest.sha256 != sha256_of(estimator):
        raise Invalid("The manifest was made of another estimator.", "Make it of the bytes that are packed.", "sha256")
    if (manifest.compilation or Compilation()).sha256 != (None if compiled is None else sha256_of(compiled)):
        raise Invalid("The manifest was made of another compiled file.", "Make it of the bytes that are packed.")
    if wrong := [name for name in code if not _CODE_FILE.match(name)]:
        raise Invalid(f"{wrong[0][:60]!r} cannot be a module of a model.", "Name it like a Python module.", "code")
    files = {
        "python/serin_model/__init__.py": b'"""The model this function version serves."""\n',
        "python/serin_model/charter.json": _json(charter),
        "python/serin_model/manifest.json": _json(manifest),
        f"python/serin_model/{ESTIMATOR}": estimator,
        **({} if compiled is None else {f"python/serin_model/{COMPILED}": compiled}),
        "python/model_code/__init__.py": b"",
        **{f"python/model_code/{name}": content for name, content in code.items()},
    }
    buffer = io.BytesIO()
    # Stored: the estimator is compressed already, and zlib's output is not the same everywhere.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def check_room(layer: int, room: int) -> None:
    """Raise TooLarge for a model whose layer has more bytes than predict has room for; both are unzipped."""
    if layer > room:
        raise TooLarge(
            f"The model's layer has {layer / MIB:.1f} MiB; {room / MIB:.1f} MiB are left beside predict's own layers.",
            "Fit a smaller model: fewer or smaller trees, fewer members, no stored training rows.",
            "training.pipeline",
        )


def _json(value: Any) -> bytes:
    return json.dumps(as_record(value), ensure_ascii=False, indent=1).encode()
