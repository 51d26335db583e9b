"""BentoML in front of scikit-learn: `bentoml_server.py FOLDER PORT`, without its monitoring, traces and access log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bentoml
import pandas as pd
from asgi import serve
from histogram import pipeline_in, probabilities, typed

FOLDER = Path(sys.argv[1])


@bentoml.service(workers=1, metrics={"enabled": False}, logging={"access": {"enabled": False}})
class Flights:
    """The model."""

    def __init__(self) -> None:
        self.pipeline: Any = pipeline_in(FOLDER)

    @bentoml.api  # type: ignore[untyped-decorator]
    async def predict(self, rows: pd.DataFrame) -> list[float]:
        """On the loop, as the work is short."""
        scores: list[float] = probabilities(self.pipeline, typed(rows))
        return scores


if __name__ == "__main__":
    service: Any = Flights
    serve(service.to_asgi(is_main=True), int(sys.argv[2]))
