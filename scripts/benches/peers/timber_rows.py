"""Features through trees that timber compiled: `timber_rows.py FOLDER MODEL`; the features are given ready."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import joblib
import numpy as np
from row_times import told
from timber.runtime.predictor import TimberPredictor

ROWS = 2000


def main() -> None:
    """Print the figures, and how far its scores of 1,000 rows are from scikit-learn's."""
    folder, name = Path(sys.argv[1]), sys.argv[2]
    features = np.ascontiguousarray(np.load(folder / f"{name}.npy"), dtype=np.float32)
    model = joblib.load(folder / f"{name}.joblib")[-1]
    (folder / f"{name}.pkl").write_bytes(pickle.dumps(model))
    predictor = TimberPredictor.from_model(folder / f"{name}.pkl", format_hint="sklearn")
    answered = np.asarray(predictor.predict(features[:1000])).reshape(1000, -1)[:, -1]
    apart = float(np.abs(answered - model.predict_proba(features[:1000])[:, 1]).max())
    rows = [features[at] for at in range(ROWS)]
    few = features[:1000]
    told(predictor.predict_single, rows, lambda: predictor.predict(few), lambda: predictor.predict(features),
         apart=apart)  # fmt: skip


if __name__ == "__main__":
    main()
