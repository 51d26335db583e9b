"""Features and scores as files that cross from polars to scikit-learn and back, which never are in one function.

Both are `.npz`, read with `numpy.load(file, allow_pickle=False)`; no member holds objects. Of features member `c<n>` is
the model's column n: float64, a null NaN; or int32 codes into the texts of `c<n>d`, a null -1. Of scores `scores` has a
row for each row and a column for each of its scores, NaN where there is none, and `failures` is the UTF-8 of a JSON
object: the number of a row → why it has none.
"""

from __future__ import annotations

import io
import json
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from serin.data.features.columns import as_codes, as_floats

Scores = npt.NDArray[np.float64]


def write_features(features: pl.DataFrame, texts: Sequence[str]) -> bytes:
    """The features in the model's order; those in `texts` are categorical."""
    arrays: dict[str, Any] = {}
    for number, column in enumerate(features.get_columns()):
        if column.name in texts:
            arrays[f"c{number}"], arrays[f"c{number}d"] = as_codes(column)
        else:
            arrays[f"c{number}"] = as_floats(column)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def scores_in(given: array[float], rows: int, outputs: int) -> Scores:
    """The scores that a kernel has written one row after the other."""
    return np.frombuffer(given, dtype=np.float64).reshape(rows, outputs).copy()


def doubtful_rows(scores: Scores, refused: array[int]) -> list[int]:
    """The numbers of rows that a kernel refused, and of those whose score is no finite number."""
    doubtful = (np.frombuffer(refused, dtype=np.uint8) > 0) | ~np.isfinite(scores).all(axis=1)
    numbers: list[int] = np.flatnonzero(doubtful).tolist()
    return numbers


def read_scores(content: bytes) -> tuple[Scores, Mapping[int, Mapping[str, str]]]:
    """The scores, and of each row without one the record of its error."""
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        failures = json.loads(archive["failures"].tobytes())
        return archive["scores"], {int(number): record for number, record in failures.items()}
