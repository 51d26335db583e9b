"""A small model with code of its own, as its team would write it, and the table that it learns from."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from benches.model_code import SUBJECT, table
from serin.bootstrap import Platform
from serin.domain.datasets import Upload
from serin.domain.model_source import ModelSource
from serin.files.bundle import source_of
from serin.files.models import ModelFolder, read_model
from serin.services.accept_upload import Arrival, accept_upload
from tests.functions.worlds import World

MODEL, DATASET = "subject", "rows"
TABLE = table(7)
PIPELINE = '''"""What is fitted."""

from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline


def pipeline(columns, params):
    """A small forest over the numbers."""
    numbers = make_column_transformer(("passthrough", ["size", "warm"]))
    return make_pipeline(numbers, RandomForestClassifier(5, max_depth=params["max_depth"], random_state=3))
'''
UNSEEDED = PIPELINE.replace(", random_state=3", "")
FEATURES = '"""Nothing is derived."""\n'


def subject(folder: Path, pipeline: str = PIPELINE, features: str = FEATURES) -> ModelFolder:
    """The model below `folder`, with that code."""
    there = folder / MODEL
    shutil.rmtree(there, ignore_errors=True)
    shutil.copytree(SUBJECT, there)
    charter = (there / "model.yaml").read_text()
    charter = charter.replace("trials: 1", "trials: 2").replace("space: {max_iter: [3]}", "space: {max_depth: [2, 4]}")
    (there / "model.yaml").write_text(charter.replace("  window: 365d\n", "  pipeline: pipeline.py\n  window: 365d\n"))
    (there / "pipeline.py").write_text(pipeline)
    (there / "features.py").write_text(features)
    return read_model(there)


class ModelWorld(World):
    """The platform as the functions of one deployed model find it."""

    def __init__(self, model: ModelFolder) -> None:
        super().__init__(model=MODEL)
        self.deploy(model)

    def deploy(self, model: ModelFolder) -> None:
        """Another version of the model's folder is deployed."""
        self.folder, self._source = model.folder, source_of(model)
        self.charters, self.contracts = {MODEL: model.charter}, dict(model.contracts)
        self.model_code = dict(self._source.code)

    def source(self, model: str) -> ModelSource:
        """What is deployed."""
        assert model == MODEL
        return self._source

    def golden(self, model: str) -> Any:
        """The golden rows."""
        return self._source.golden

    def model_function(self, call: str) -> Any:
        """A function of the package `model_code`."""
        return Platform({}).model_function(call)


class RenamedWorld(ModelWorld):
    """The same with any model, under the name that handlers are asked about here, and with other terms of training."""

    def __init__(self, model: ModelFolder, **training: Any) -> None:
        self._training = training
        super().__init__(model)

    def deploy(self, model: ModelFolder) -> None:
        """Another version of the model's folder is deployed."""
        super().deploy(model)
        charter = replace(model.charter, model=MODEL, training=replace(model.charter.training, **self._training))
        self._source = replace(self._source, charter=charter)
        self.charters = {MODEL: charter}

    def send(self, dataset: str, name: str, content: bytes) -> Upload:
        """Take a file in by its contract."""
        key = f"raw/{dataset}/{name}"
        self.uploads.put(key, content)
        return accept_upload(
            *(Arrival(key, None, len(content)), self.contracts),
            uploads=self.uploads,
            lake=self.lake,
            catalog=self.catalog,
            events=self.events,
            clock=self.clock,
        )
