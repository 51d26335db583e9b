"""What a model's endpoint says of itself to clients of other servers: that it is there, and what it takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serin.domain.charter import Charter, Input
from serin.domain.errors import NotFound
from serin.domain.printable import printable
from serin.ports import Catalog, Control
from serin.serving.protocols.open_inference import described, outputs
from serin.serving.protocols.paths import check_named
from serin.serving.protocols.tensors import DATATYPES


def describe_served(path: str, charter: Charter, *, catalog: Catalog, control: Control) -> Mapping[str, Any]:
    """The answer to a GET of the Open Inference Protocol, by the path below `v2`.

    Raises NotFound where nothing could answer yet, as the protocol has it (a status of 4xx), and for another path,
    another model or another version than the one that is live.
    """
    model, live = charter.model, control.live(charter.model)
    if path == "":
        return {"name": "serin", "version": "1", "extensions": []}
    if path == "health/live":
        return {"live": True}
    parts = path.split("/")
    ready, names = parts[-1] == "ready", [part for part in parts if part != "ready"]
    if live is None:
        raise NotFound("No model released yet.", "Train the model and release a version, then ask again.")
    match names:
        case ["health"] if ready:
            return {"ready": True}
        case ["models", name]:
            check_named(name, None, model, live.version)
        case ["models", name, "versions", number]:
            check_named(name, number, model, live.version)
        case _:
            raise NotFound(f"There is no GET v2/{printable(path)} of a model.", f"Ask for v2/models/{model}.")
    if ready:
        return {"name": model, "ready": True}
    version = catalog.version(model, live.version)
    return described(charter, live.version, version.classes)


def datatypes_of(item: Input) -> tuple[str, ...]:
    """What a tensor of the input may hold."""
    return DATATYPES[item.type]


def output_names(charter: Charter) -> tuple[str, ...]:
    """The tensors of an answer."""
    return tuple(tensor.name for tensor in outputs(charter.task, ()))
