"""What is asked for at a path below `/models/<model>/`, which one route of the API hands over as a whole."""

from __future__ import annotations

from typing import Literal, TypeGuard

from serin.domain.errors import NotFound
from serin.domain.printable import printable

Prediction = Literal["predict", "invocations", "infer"]
Status = Literal["live", "ready", "server", "model"]
_PREDICTIONS: dict[str, Prediction] = {"predict": "predict", "invocations": "invocations"}
_STATUSES: dict[str, Status] = {
    "ping": "ready",
    "v2": "server",
    "v2/health/live": "live",
    "v2/health/ready": "ready",
}
_REMEDY = "POST predict, invocations or v2/models/<model>/infer, or GET ping, v2 or v2/models/<model>."


def asked_at(method: str, path: str, model: str, version: int) -> Prediction | Status:
    """What a request asks; raises NotFound for what is no path of the model, or of a version that does not answer."""
    path = path.rstrip("/")
    if method == "POST" and path in _PREDICTIONS:
        return _PREDICTIONS[path]
    if method == "GET" and path in _STATUSES:
        return _STATUSES[path]
    match method, path.split("/"):
        case _, ["v2", "models", str(name), *_] if name != model:
            raise NotFound(f"The model {printable(name)!r} does not answer here.", f"Ask for {model}.")
        case _, ["v2", "models", _, "versions", str(number), *_] if number != str(version):
            raise NotFound(f"Version {printable(number)!r} does not answer here.", f"{version} does, or name none.")
        case "POST", ["v2", "models", _, "infer"] | ["v2", "models", _, "versions", _, "infer"]:
            return "infer"
        case "GET", ["v2", "models", _] | ["v2", "models", _, "versions", _]:
            return "model"
        case "GET", ["v2", "models", _, "ready"] | ["v2", "models", _, "versions", _, "ready"]:
            return "ready"
    raise NotFound(f"There is no {printable(method)} {printable(path)} of a model.", _REMEDY)


def is_status(asked: Prediction | Status) -> TypeGuard[Status]:
    """Whether it is about the model, and no prediction."""
    return asked in ("live", "ready", "server", "model")
