"""A batch's features as scikit-learn scores them, and the scores it gives: `serin.data.scoring.feature_files`."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from serin.domain.errors import ModelFailed
from serin.domain.model_code import RAISED
from serin.measures.arrays import Floats
from serin.serving.answered import scored
from serin.serving.manifest import Manifest, ModelColumn
from serin.serving.model import ServedModel
from serin.serving.pipeline_model import PipelineModel

if TYPE_CHECKING:
    import pandas as pd


def score_features(content: bytes, model: PipelineModel, manifest: Manifest) -> bytes:
    """The scores of a file of features; a row that the pipeline cannot answer takes no other with it."""
    table = read_features(content, manifest.columns)
    try:
        return write_scores(model.scores(table).reshape(len(table), -1), {})
    except RAISED:
        # As a request's rows: halves, until those that fail are by themselves.
        answers = scored([_row(record) for record in table.to_dict("records")], ServedModel(manifest, model))
    width = len(manifest.classes) if manifest.task == "multiclass" else 1
    scores, failures = np.full((len(table), width), np.nan), {}
    for number, answer in enumerate(answers):
        if isinstance(answer, ModelFailed):
            failures[number] = answer.as_record()
        else:
            scores[number] = answer
    return write_scores(scores, failures)


def read_features(content: bytes, columns: Sequence[ModelColumn]) -> pd.DataFrame:
    """The model's table, of the types that `serin.serving.table` gives to a request."""
    import pandas as pd

    series: dict[str, object] = {}
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        for number, column in enumerate(columns):
            values = archive[f"c{number}"]
            if column.kind == "categorical":
                # Code -1, a null, is the last entry.
                texts = np.array([*archive[f"c{number}d"].tolist(), np.nan], dtype=object)
                series[column.name] = pd.Series(texts[values], dtype=object)
            else:
                series[column.name] = values
    return pd.DataFrame(series)


def write_scores(scores: Floats, failures: Mapping[int, Mapping[str, str]]) -> bytes:
    """The scores, a row for each row, and by number why some have none."""
    buffer = io.BytesIO()
    named = {str(number): record for number, record in failures.items()}
    np.savez(buffer, scores=scores, failures=np.frombuffer(json.dumps(named).encode(), dtype=np.uint8))
    return buffer.getvalue()


def _row(record: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of the table as a request's: what is not there is None."""
    return {name: None if value != value else value for name, value in record.items()}  # noqa: PLR0124 NaN alone
