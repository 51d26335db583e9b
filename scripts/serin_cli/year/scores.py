"""What was answered, what was right, and what the first version would have answered to the same logged rows."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from serin.domain.charter import Charter
from serin.domain.models import ModelVersion
from serin.domain.predictions import log_files_of_day
from serin.domain.records import from_record
from serin.learning.evaluation import metrics
from serin.ports import Catalog, ObjectStore
from serin.services.steps.model_layers import opened_layer
from serin.services.steps.truth_window import truth_window
from serin.serving.estimators import open_estimator
from serin.serving.manifest import Manifest
from serin.serving.model import ServedModel
from serin.serving.pipeline_model import PipelineModel
from serin.serving.replay import logged_row

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Month:
    """One month of predictions with truth, each flight once, as it was asked first.

    An AUC is None where there are not both classes.
    """

    month: str
    predictions: int
    truth: int
    late_rate: float | None
    auc_static: float | None
    auc: float | None


@dataclass(frozen=True)
class _Answer:
    flight: str
    features: Mapping[str, Any]
    score: float
    late: bool


class Scores:
    """Reads the prediction log and the truth of one model; the first version scores in bulk, from its artifact."""

    def __init__(self, charter: Charter, *, lake: ObjectStore, artifacts: ObjectStore, catalog: Catalog) -> None:
        self._charter, self._lake = charter, lake
        self._static = _served(catalog.version(charter.model, 1), artifacts)

    def month(self, first: datetime, until: datetime, as_of: datetime) -> Month:
        """What became of the predictions from `first` on and before `until`, by the truth of `as_of`."""
        known = truth_window(self._charter, first, until, as_of, lake=self._lake).rows
        labels = dict(known.select("prediction_id", "label").drop_nulls().iter_rows())
        answers = {answer.flight: answer for answer in self._answers(first, until, labels)}
        static = self._scored([answer.features for answer in answers.values()])
        late = [answer.late for answer in answers.values()]
        own = [answer.score for answer in answers.values()]
        rate = sum(late) / len(late) if late else None
        return Month(f"{first:%Y-%m}", known.height, len(labels), rate, _auc(late, static), _auc(late, own))

    def _answers(self, first: datetime, until: datetime, labels: Mapping[str, bool]) -> Iterator[_Answer]:
        """Newest first, so that of a flight the oldest stays."""
        lines = [line for line in self._lines(first, until) if line["prediction_id"] in labels]
        keys = self._charter.features.entities[self._charter.truth.entity]
        for line in sorted(lines, key=lambda line: str(line["at"]), reverse=True):
            flight = json.dumps([line["inputs"].get(key) for key in keys])
            yield _Answer(flight, line["features"], line["score"], labels[line["prediction_id"]])

    def _lines(self, first: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        day = first.replace(hour=0, minute=0, second=0, microsecond=0)
        while day < until:
            keys = self._lake.keys(log_files_of_day(self._charter.model, day))
            for content in self._lake.get_each(keys):
                yield from (json.loads(line) for line in gzip.decompress(content).splitlines())
            day += DAY

    def _scored(self, features: Sequence[Mapping[str, Any]]) -> list[Any]:
        columns = self._static.facts.columns
        return list(self._static.score([logged_row(row, columns) for row in features])) if features else []


def months(first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Each calendar month between, cut at both ends."""
    begin = first
    while begin < last:
        following = (begin.replace(day=1, hour=0, minute=0, second=0) + 32 * DAY).replace(day=1)
        yield begin, min(following, last)
        begin = following.astimezone(UTC)


def _served(version: ModelVersion, artifacts: ObjectStore) -> ServedModel:
    layer = opened_layer(version.layer, artifacts=artifacts)
    with zipfile.ZipFile(io.BytesIO(layer)) as archive:
        manifest = from_record(Manifest, json.loads(archive.read("python/serin_model/manifest.json")))
    estimator = open_estimator(artifacts.get(version.estimator.key), version.estimator.sha256)
    return ServedModel(manifest, PipelineModel(manifest, estimator))


def _auc(late: Sequence[bool], scores: Sequence[float]) -> float | None:
    if len(set(late)) < 2:
        return None
    measured = metrics("binary", np.array(late), np.array(scores, dtype=np.float64), (False, True))
    return round(measured["roc_auc"], 4)
