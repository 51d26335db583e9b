"""A fitted pipeline in memory, asked as scikit-learn asks it: by tables."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from serin.domain.charter import Score
from serin.domain.compilation import Runtime
from serin.domain.errors import ModelFailed
from serin.serving.estimators import Estimator
from serin.serving.manifest import Manifest
from serin.serving.scoring import scores_of
from serin.serving.table import table_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from serin.serving.rows import AnyRows


class PipelineModel:
    """A fitted estimator and the table it expects."""

    runtime: Runtime = "scikit-learn"

    def __init__(self, manifest: Manifest, estimator: Estimator) -> None:
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

        self._manifest = manifest
        self._estimator = estimator
        self._threads: Any = ThreadpoolController()

    def score(self, rows: AnyRows) -> list[Score]:
        """A score for each row, as `serin.serving.model.ServedModel.score` gives it.

        Raises what the pipeline raises, and ModelFailed for a score that is no finite number.
        """
        listed: list[Score] = self.scores(table_of(rows, self._manifest.columns)).tolist()
        return listed

    def scores(self, table: pd.DataFrame) -> np.ndarray:
        """The same of a whole table: a score for each row, or of a multiclass task a row of them."""
        import numpy as np

        manifest = self._manifest
        with self._one_thread():
            scores = scores_of(self._estimator, manifest.task, manifest.classes, table)
        if not np.isfinite(scores).all():
            cause = "its score is no finite number"
            raise ModelFailed(f"{cause}.", "Tell the model's owner: its pipeline has to answer it.", cause=cause)
        return scores

    def _one_thread(self) -> AbstractContextManager[object]:
        # A request's rows are few: more threads only spin beside the one that works, and Lambda bills them.
        limited: AbstractContextManager[object] = self._threads.limit(limits=1)
        return limited
