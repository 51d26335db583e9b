"""The package `serin_model` that a release puts beside `predict`: found and read without importing it."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

from serin.domain.charter import Charter
from serin.domain.errors import NotReleased
from serin.domain.records import from_record
from serin.serving.manifest import Manifest

PACKAGE = "serin_model"
ESTIMATOR, COMPILED = "model.joblib", "model.bin"


@dataclass(frozen=True)
class ModelPackage:
    """A released model before it is opened: enough to refuse a wrong request without loading any library."""

    charter: Charter
    manifest: Manifest
    estimator: Path
    compiled: Path


def find_package(name: str = PACKAGE) -> ModelPackage:
    """The model beside this function; raises NotReleased when a release has put none there."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise NotReleased("No model released yet.", "Train the model and release a version, then ask again.")
    return package_in(Path(next(iter(spec.submodule_search_locations))))


def package_in(folder: Path) -> ModelPackage:
    """The model in the folder of its package."""
    charter = from_record(Charter, json.loads((folder / "charter.json").read_bytes()))
    manifest = from_record(Manifest, json.loads((folder / "manifest.json").read_bytes()))
    return ModelPackage(charter, manifest, folder / ESTIMATOR, folder / COMPILED)
