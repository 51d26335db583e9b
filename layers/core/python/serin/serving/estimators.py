"""Fitted estimators as bytes. Opening executes code, so the digest is compared before anything is read."""

from __future__ import annotations

from serin.domain.errors import Corrupt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    import numpy as np
    import pandas as pd
else:
    # What it says of a class is for type checkers, and it costs a start of `predict` more than all of this file.
    Protocol = object


class Estimator(Protocol):
    """What is asked of a scikit-learn estimator; a classifier has `predict_proba` and `classes_` as well."""

    def fit(self, table: pd.DataFrame, label: np.ndarray) -> object:
        """Learn from a table of the model's columns."""

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """One value for each row."""


def sha256_of(content: bytes) -> str:
    """The SHA-256 of a file's content, as hex."""
    import hashlib

    return hashlib.sha256(content).hexdigest()


def open_estimator(content: bytes, sha256: str) -> Estimator:
    """The estimator in `content`; raises Corrupt, having executed nothing, when its digest is not `sha256`."""
    if (digest := sha256_of(content)) != sha256:
        raise Corrupt(
            f"The model file has the digest {digest[:12]}…; the registry recorded {sha256[:12]}….",
            "Release the version again; if it happens again, train a new one and find out who changed the file.",
        )
    import io

    import joblib

    estimator: Estimator = joblib.load(io.BytesIO(content))
    return estimator
