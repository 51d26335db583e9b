"""FastAPI in front of scikit-learn: `fastapi_sklearn_server.py FOLDER PORT`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asgi import serve
from fastapi_rows import app_of
from histogram import pipeline_in, probabilities, table_of


def main() -> None:
    """Serve it."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    pipeline = pipeline_in(folder)

    def score(rows: Sequence[Any]) -> list[float]:
        scores: list[float] = probabilities(pipeline, table_of([row.__dict__ for row in rows]))
        return scores

    serve(app_of(folder, score), port)


if __name__ == "__main__":
    main()
