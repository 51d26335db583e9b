"""Packages made from a working copy."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from infra.packaging.bytecode import compile_layer
from infra.packaging.cache import Asset, copy_sources, digest_of, made_once
from infra.packaging.compilers import layer_form
from infra.packaging.job_code import packed_program
from infra.packaging.kernel import kernel_layer
from infra.packaging.room import model_room
from infra.packaging.third_party import third_party_layer
from infra.settings import Target
from serin.domain.errors import NotFound
from serin.domain.names import digest
from serin.domain.training_machines import IMAGE_ARCHITECTURE, IMAGE_PYTHON
from serin.files.bundle import write_charters, write_code
from serin.files.models import ModelFolder

THIRD_PARTY = ("data", "science", "web")


class BuiltPackages:
    """Each made on first use and kept in `root`/build for the next synthesis."""

    def __init__(self, root: Path, target: Target, models: Sequence[ModelFolder]) -> None:
        self._root = root
        self._target = target
        self._models = {folder.charter.model: folder for folder in models}
        self._cache = root / "build" / "assets"
        self._layers: dict[str, Asset] = {}

    def function(self, name: str) -> Asset:
        """The folder functions/`name` as it is."""
        folder = self._root / "functions" / name
        if not (folder / "handler.py").is_file():
            raise NotFound(f"functions/{name}/handler.py does not exist.", "Write the handler or remove the function.")
        return made_once(self._cache, digest("function", digest_of(folder)), lambda out: copy_sources(folder, out))

    def layer(self, name: str) -> Asset:
        """A layer by its name; all lie below `python/`."""
        if name not in self._layers:
            self._layers[name] = self._layer(name)
        return self._layers[name]

    def job_program(self) -> Path:
        """The archive of code that training jobs begin with."""
        return packed_program(self._cache)

    def for_jobs(self) -> Self:
        """The same for the image's Python, which on this machine is this machine's."""
        target = Target("aws", IMAGE_PYTHON, IMAGE_ARCHITECTURE) if self._target.cloud == "aws" else self._target
        return type(self)(self._root, target, tuple(self._models.values()))

    def _layer(self, name: str) -> Asset:
        if name in THIRD_PARTY:
            return third_party_layer(self._root / "layers" / name / "requirements.txt", self._target, self._cache)
        if name == "runtime":
            lock = self._root / "scripts" / "requirements" / "runtime.txt"
            return third_party_layer(lock, self._target, self._cache)
        if name == "kernel":
            return kernel_layer(self._root / "layers" / "kernel" / "kernel.c", self._target, self._cache)
        if name == "core":
            return self._compiled(self._root / "layers" / "core" / "python")
        # What is written decides the hash, so it is written apart first; it is small.
        with tempfile.TemporaryDirectory(prefix="serin-layer-") as scratch:
            self._write(name, Path(scratch))
            return self._compiled(Path(scratch))

    def _write(self, name: str, out: Path) -> None:
        if name == "charters":
            write_charters(tuple(self._models.values()), out)
            # A training tells a model that is too large before it is registered.
            (out / "serin_charters" / "room.json").write_text(str(model_room(self)))
        elif (model := name.removeprefix("code-")) in self._models:
            write_code(self._models[model], out)
        else:
            raise NotFound(f"There is no layer {name!r}.", "Name a folder of layers/, charters, or code-<model>.")

    def _compiled(self, sources: Path) -> Asset:
        def make(content: Path) -> None:
            copy_sources(sources, content / "python")
            compile_layer(content, self._target)

        return made_once(
            self._cache, digest("layer", digest_of(sources), self._target.python, layer_form(self._target)), make
        )
