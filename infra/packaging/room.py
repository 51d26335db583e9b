"""How large a model may be: what Lambda allows a function, less all that predict is made of without a model."""

from __future__ import annotations

from infra.constructs.sizes import UNZIPPED_LIMIT
from infra.packaging.packages import Packages

MIB = 1024**2
PREDICT_LAYERS = ("core", "science", "kernel")


def model_room(packages: Packages) -> int:
    """The bytes left for a model's layer, in whole MiB: a changed line of predict's code must change no other asset."""
    taken = packages.function("predict").size + sum(packages.layer(name).size for name in PREDICT_LAYERS)
    return (UNZIPPED_LIMIT - taken) // MIB * MIB
