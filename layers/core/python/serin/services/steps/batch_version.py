"""A registered version as batches ask it: its charter, its code and its compiled model, out of its layer."""

from __future__ import annotations

from dataclasses import dataclass

from serin.domain.charter import Charter
from serin.domain.compilation import Runtime
from serin.domain.errors import Corrupt, Unavailable
from serin.domain.models import ModelVersion
from serin.ports import ObjectStore
from serin.services.steps.model_layers import charter_in, manifest_in, opened_layer, package_file
from serin.services.steps.released_code import ReleasedCode
from serin.serving.compiled.kernel import Kernel, find_kernel
from serin.serving.compiled.model import CompiledModel
from serin.serving.estimators import sha256_of
from serin.serving.manifest import Manifest
from serin.serving.model import ServedModel
from serin.serving.package import COMPILED


@dataclass(frozen=True)
class BatchVersion:
    """A version that is open; `compiled` is None where scikit-learn has to score, which is not in this function."""

    version: ModelVersion
    charter: Charter
    manifest: Manifest
    code: ReleasedCode
    compiled: CompiledModel | None

    @property
    def served(self) -> ServedModel | None:
        """The compiled model as `predict` asks it, row by row."""
        return None if self.compiled is None else ServedModel(self.manifest, self.compiled)

    @property
    def looks_up(self) -> bool:
        """Whether anything is looked up for it, which depends on the moment."""
        return bool(self.charter.features.views)


def open_version(
    version: ModelVersion, runtime: Runtime, kernel: Kernel | None = None, *, artifacts: ObjectStore
) -> BatchVersion:
    """The version's package; Corrupt, with nothing executed, unless its digest is the one that was registered.

    Without a `kernel` it is the one beside this function.
    """
    layer = opened_layer(version.layer, artifacts=artifacts)
    manifest = manifest_in(layer)
    compiled = _compiled(layer, manifest, kernel or find_kernel()) if runtime == "compiled" else None
    return BatchVersion(version, charter_in(layer), manifest, ReleasedCode(layer), compiled)


def _compiled(layer: bytes, manifest: Manifest, kernel: Kernel | None) -> CompiledModel | None:
    proven = None if manifest.compilation is None else manifest.compilation.sha256
    if proven is None or kernel is None:
        return None
    try:
        content = package_file(layer, COMPILED)
        return CompiledModel(content, kernel) if sha256_of(content) == proven else None
    except (Corrupt, Unavailable, KeyError):
        # As for a request: a compiled file that cannot be used is no reason not to answer.
        return None
