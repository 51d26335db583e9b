"""The request that the FastAPI peers take: rows that pydantic has checked, each with exactly the model's columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, create_model

Score = Callable[[Sequence[Any]], list[float]]


def app_of(folder: Path, score: Score) -> FastAPI:
    """One route; its work is short, so it is done on the loop and not in a thread."""
    columns = json.loads((folder / "columns.json").read_text())
    kinds: dict[str, Any] = {
        column["name"]: (float | None if column["kind"] == "numeric" else str | None, ...) for column in columns
    }
    row = create_model("Row", __config__=ConfigDict(extra="forbid"), **kinds)
    body = create_model("Body", instances=(list[row], ...))  # type: ignore[valid-type]
    app = FastAPI()

    async def predict(asked: BaseModel) -> JSONResponse:
        scores = score(asked.instances)  # type: ignore[attr-defined]
        return JSONResponse({"predictions": [{"label": one >= 0.5, "probability": one} for one in scores]})

    predict.__annotations__["asked"] = body
    app.post("/predict", response_model=None)(predict)
    return app
