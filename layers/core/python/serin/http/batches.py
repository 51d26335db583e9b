"""Routes that score a whole file, and say how far that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from serin.domain.batches import Batch
from serin.domain.charter import Charter
from serin.http.access import IdempotencyKey, Who, needs
from serin.http.known import known_model
from serin.http.route import serin_routes
from serin.services.show_batch import ShownBatch

StartBatch = Callable[[str, str, int | None, str, str, str | None], Batch]
"""Model, file, version, who asks, the call, and its name where it may be asked again."""
ShowBatch = Callable[[str, str], ShownBatch]


class BatchRequest(BaseModel):
    """The file to score, and by which version; without one by the version that is live."""

    model_config = ConfigDict(extra="forbid")

    file: Annotated[str, Field(max_length=200, description="The name of a file below batch/<model>/ of the uploads.")]
    version: Annotated[int | None, Field(ge=1, le=999_999_999)] = None


class BatchBegun(BaseModel):
    """A batch that has begun."""

    batch: str = Field(description="Its id.")
    version: int = Field(description="The version that scores it.")


def batch_routes(charters: Mapping[str, Charter], start: StartBatch, show: ShowBatch) -> APIRouter:
    """The routes over these use cases; who may ask for predictions may ask for many."""
    routes = serin_routes("predictions")

    @routes.post("/models/{model}/batch", status_code=202)
    @needs("predict")
    def begin(who: Who, model: str, wanted: BatchRequest, key: IdempotencyKey = None) -> BatchBegun:
        """Score a file of the uploads. The same `Idempotency-Key` gives the same batch."""
        known = known_model(model, charters)
        batch = start(known, wanted.file, wanted.version, who.owner, who.request_id, who.asks_again(key))
        return BatchBegun(batch=batch.id, version=batch.version)

    @routes.get("/models/{model}/batch/{batch}")
    @needs("predict")
    def progress(model: str, batch: str) -> ShownBatch:
        """How many parts of a batch are scored, and where its answers lie once all are."""
        return show(known_model(model, charters), batch)

    return routes
