"""From what is asked of a model, in whatever protocol, to instances or to what is said of the model itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from serin.domain.charter import Charter
from serin.serving.manifest import Manifest
from serin.serving.protocols.mlflow import read_invocation
from serin.serving.protocols.open_inference import described, read_infer
from serin.serving.protocols.paths import Prediction, Status
from serin.serving.requests import Asked, read_request


@dataclass(frozen=True)
class Answering:
    """The model version that answers."""

    charter: Charter
    version: int
    manifest: Manifest

    def read(self, asked: Prediction, body: bytes, length: str | None) -> Asked:
        """The instances of a body; raises Invalid or TooLarge. `length` is of the JSON before binary tensors."""
        if asked == "predict":
            return read_request(body, self.charter.inputs)
        if asked == "invocations":
            return read_invocation(body, self.charter.inputs)
        return read_infer(body, self.charter.inputs, self.manifest, length)

    def status(self, asked: Status) -> Mapping[str, Any]:
        """What is said of the model; whether it can be loaded has been seen before."""
        if asked == "live":
            return {"live": True}
        if asked == "server":
            return {"name": "serin", "version": str(self.version), "extensions": []}
        if asked == "model":
            return described(self.charter.model, self.version, self.charter.inputs, self.manifest)
        return {"name": self.charter.model, "ready": True}
