"""The package `serin_model` that a release puts beside `predict`: found and read without importing it."""

from __future__ import annotations

import json
from functools import cached_property
from importlib.machinery import PathFinder

from serin.domain.errors import Corrupt, NotReleased

# From `typing` itself it would cost a start of `predict` more than the rest of this file.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from serin.domain.charter import Charter, InputType, Scalar, Task
    from serin.serving.manifest import ColumnKind, Manifest

PACKAGE = "serin_model"
ESTIMATOR, COMPILED = "model.joblib", "model.bin"
_LARGE = 1_000_000


class ServedInput:
    """A `serin.domain.charter.Input`, read without the rest of the charter."""

    __slots__ = ("max", "min", "name", "nullable", "type")

    def __init__(
        self, name: str, type: InputType, nullable: bool = False, min: float | None = None, max: float | None = None
    ) -> None:
        self.name, self.type, self.nullable, self.min, self.max = name, type, nullable, min, max


class ServedColumn:
    """A `serin.serving.manifest.ModelColumn`, read without the rest of the manifest."""

    __slots__ = ("categories", "kind", "name")

    def __init__(self, name: str, kind: ColumnKind, categories: Sequence[str] = ()) -> None:
        self.name, self.kind, self.categories = name, kind, categories


class Facts:
    """What is asked of a manifest before a model answers; `proven` is the digest of the compiled file, if it serves."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.task: Task = record["task"]
        self.classes: tuple[Scalar, ...] = tuple(record["classes"])
        self.columns = tuple(ServedColumn(**column) for column in record["columns"])
        self.sha256: str = record["sha256"]
        self._compilation: dict[str, Any] | None = record.get("compilation")
        self.proven: str | None = None if self._compilation is None else self._compilation.get("sha256")

    @property
    def uncompiled(self) -> str | None:
        """Why there is no compiled model, where there is none."""
        if self._compilation is None:
            from serin.serving.manifest import BEFORE

            return BEFORE
        return self._compilation.get("reason")


class ModelPackage:
    """A released model before it is opened.

    Charter and manifest are whole records of the domain, whose classes take a start of `predict` ten times as long as
    its answer. What every answer needs is read out of their files by itself; the rest when somebody asks for it.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._charter = self._record("charter.json")
        self._manifest = self._record("manifest.json")
        self.model: str = self._charter["model"]
        self.inputs = tuple(ServedInput(**item) for item in self._charter["inputs"])
        self.facts = Facts(self._manifest)

    @property
    def uses(self) -> tuple[str, ...] | None:
        """The inputs that the model is asked, where it is asked nothing else; None where features are looked up."""
        names, uses = {item.name for item in self.inputs}, self._charter["features"].get("model_uses", ())
        return tuple(uses) if names.issuperset(uses) else None

    @cached_property
    def hashed(self) -> tuple[str, ...]:
        """The inputs of which the model has learnt digests."""
        personal = self._charter.get("compliance", {}).get("personal_data", {})
        return tuple(item.name for item in self.inputs if personal.get(item.name) == "hash")

    @cached_property
    def charter(self) -> Charter:
        """The charter that the version was made by."""
        from serin.domain.charter import Charter
        from serin.domain.records import from_record

        return from_record(Charter, self._charter)

    @cached_property
    def manifest(self) -> Manifest:
        """All that is said of the model inside."""
        from serin.domain.records import from_record
        from serin.serving.manifest import Manifest

        return from_record(Manifest, self._manifest)

    def proven(self, name: str, sha256: str) -> bytes:
        """A file of it, whose digest is this one; raises Corrupt, and OSError where it cannot be read."""
        if (digest := _sha256(content := self.content(name))) != sha256:
            raise Corrupt(f"{name} is not what was proven: its digest is {digest[:12]}….", "Release the version again.")
        return content

    def content(self, name: str) -> bytes:
        """A file of it; OSError where it cannot be read."""
        with open(f"{self._folder}/{name}", "rb") as file:  # noqa: PTH123 pathlib costs a start more than all of this
            return file.read()

    def _record(self, name: str) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self.content(name))
        return record


def _sha256(content: bytes) -> str:
    """Of a file of usual size by Python's own code: to load OpenSSL takes a start longer than all that is hashed."""
    if len(content) < _LARGE:
        try:
            from _sha2 import sha256  # type: ignore[import-not-found]
        except ImportError:
            try:
                from _sha256 import sha256  # type: ignore[import-not-found]
            except ImportError:
                from hashlib import sha256
    else:
        from hashlib import sha256
    digest: str = sha256(content).hexdigest()
    return digest


def find_package(name: str = PACKAGE) -> ModelPackage:
    """The model beside this function; raises NotReleased when a release has put none there."""
    spec = PathFinder.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise NotReleased("No model released yet.", "Train the model and release a version, then ask again.")
    return ModelPackage(next(iter(spec.submodule_search_locations)))
