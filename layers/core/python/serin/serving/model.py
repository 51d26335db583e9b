"""The model in memory: loaded once in a function's life, asked many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from serin.domain.charter import Score
from serin.domain.errors import ModelFailed
from serin.domain.features import Value
from serin.serving.answers import answer_of
from serin.serving.estimators import Estimator, open_estimator
from serin.serving.manifest import Manifest
from serin.serving.package import ModelPackage
from serin.serving.scoring import scores_of
from serin.serving.table import table_of


class ServedModel:
    """A fitted estimator and the table it expects."""

    def __init__(self, manifest: Manifest, estimator: Estimator) -> None:
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

        self.manifest = manifest
        self._estimator = estimator
        self._threads: Any = ThreadpoolController()
        self._seen = {column.name: frozenset(column.categories) for column in manifest.columns if column.categories}

    def score(self, rows: Sequence[Mapping[str, Value]]) -> list[Score]:
        """A score for each row: the positive class's probability, one probability a class, or the value.

        Raises what the model's pipeline raises, and ModelFailed for a score that is no finite number.
        """
        import numpy as np

        manifest = self.manifest
        table = table_of(rows, manifest.columns)
        with self._one_thread():
            scores = scores_of(self._estimator, manifest.task, manifest.classes, table)
        if not np.isfinite(scores).all():
            cause = "its score is no finite number"
            raise ModelFailed(f"{cause}.", "Tell the model's owner: its pipeline has to answer it.", cause=cause)
        found: list[Score] = scores.tolist()
        return found

    def unknown(self, row: Mapping[str, Value]) -> list[str]:
        """The columns of a row whose category was not there in training: the model answers as well as it can."""
        return [name for name, seen in self._seen.items() if row[name] is not None and row[name] not in seen]

    def answer(self, score: Score) -> dict[str, object]:
        """What the caller reads of a score: `label` and `probability`, `label` and `probabilities`, or `value`."""
        return answer_of(self.manifest.task, self.manifest.classes, score)

    def _one_thread(self) -> AbstractContextManager[object]:
        # A request's rows are few: more threads only spin beside the one that works, and Lambda bills them.
        limited: AbstractContextManager[object] = self._threads.limit(limits=1)
        return limited


def open_model(package: ModelPackage, sha256: str) -> ServedModel:
    """Load the package's model; raises Corrupt, before anything is executed, unless its digest is `sha256`."""
    estimator = open_estimator(package.estimator.read_bytes(), sha256)
    return ServedModel(package.manifest, estimator)
