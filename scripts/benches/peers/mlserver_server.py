"""MLServer with its own runtime for scikit-learn: `mlserver_server.py FOLDER PORT`, in one process, no metrics."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from mlserver.cli.main import root


def main() -> None:
    """Serve it, until somebody ends the process."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    settings = {
        "host": "127.0.0.1",
        "http_port": port,
        "grpc_port": port + 1,
        "metrics_endpoint": None,
        "parallel_workers": 0,
        "debug": False,
        "use_structured_logging": False,
    }
    model = {
        "name": "flights",
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": str(folder / "histogram.joblib"), "version": "1"},
    }
    with TemporaryDirectory() as scratch:
        Path(scratch, "settings.json").write_text(json.dumps(settings))
        Path(scratch, "model-settings.json").write_text(json.dumps(model))
        root(["start", scratch])


if __name__ == "__main__":
    main()
