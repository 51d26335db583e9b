"""Features through trees that tl2cgen compiled: `treelite_rows.py FOLDER MODEL`; the features are given ready."""

from __future__ import annotations

import sys
from pathlib import Path

import joblib
import numpy as np
import tl2cgen
import treelite
from row_times import told

ROWS = 500


def main() -> None:
    """Print the figures, on one thread."""
    folder, name = Path(sys.argv[1]), sys.argv[2]
    features = np.load(folder / f"{name}.npy").astype(np.float64)
    library = folder / f"{name}-treelite.so"
    if not library.is_file():
        model = treelite.sklearn.import_model(joblib.load(folder / f"{name}.joblib")[-1])
        tl2cgen.export_lib(model, toolchain="gcc", libpath=library, params={"parallel_comp": 1})
    predictor = tl2cgen.Predictor(library, nthread=1)

    def score(rows: np.ndarray) -> object:
        return predictor.predict(tl2cgen.DMatrix(rows, dtype="float64"))

    rows = [features[at : at + 1] for at in range(ROWS)]
    told(score, rows, lambda: score(features[:1000]), lambda: score(features))


if __name__ == "__main__":
    main()
