"""MLflow's scoring server in front of a model it has saved: `mlflow_server.py FOLDER PORT`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
from asgi import serve
from histogram import pipeline_in
from mlflow.pyfunc import scoring_server


def main() -> None:
    """Serve it, without a signature, so that MLflow has nothing to check."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    with TemporaryDirectory() as scratch:
        saved = f"{scratch}/model"
        mlflow.sklearn.save_model(
            pipeline_in(folder), saved, pyfunc_predict_fn="predict_proba", pip_requirements=[],
            serialization_format="cloudpickle",
        )  # fmt: skip
        serve(scoring_server.init(mlflow.pyfunc.load_model(saved)), port)


if __name__ == "__main__":
    main()
