"""How large a model may be: what Lambda allows a function, less all that predict is made of without a model."""

from __future__ import annotations

from infra.constructs.sizes import UNZIPPED_LIMIT
from infra.packaging.packages import Packages

PREDICT_LAYERS = ("core", "science")


def model_room(packages: Packages) -> int:
    """The bytes left for a model's layer."""
    return (
        UNZIPPED_LIMIT - packages.function("predict").size - sum(packages.layer(name).size for name in PREDICT_LAYERS)
    )
