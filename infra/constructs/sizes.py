"""Lambda's limits on what a function is made of, checked before anything is deployed."""

from __future__ import annotations

from collections.abc import Mapping

from serin.domain.errors import TooLarge

MIB = 1024 * 1024
UNZIPPED_LIMIT = 250 * MIB
MOST_LAYERS = 5
LEAST_ROOM = 40 * MIB
"""What is kept free of a function for each layer that is added later: a model's, whose size nobody knows yet."""


def check_size(function: str, code: int, layers: Mapping[str, int], reserved: int = 0) -> None:
    """Raise TooLarge unless code and layers (name → unzipped bytes) fit, with `reserved` layers to be added later.

    For each of these there is room for LEAST_ROOM bytes.
    """
    if len(layers) + reserved > MOST_LAYERS:
        kept = f" and {reserved} kept for the model" if reserved else ""
        raise TooLarge(
            f"The function {function} has {len(layers)} layers{kept}; Lambda allows {MOST_LAYERS}.",
            "Put the content of two of its layers into one.",
        )
    total = code + sum(layers.values())
    room = reserved * LEAST_ROOM
    if total + room > UNZIPPED_LIMIT:
        less = f", {room // MIB} of them kept for its model" if room else ""
        parts = ", ".join(f"{name} {size / MIB:.1f}" for name, size in {"code": code, **layers}.items())
        raise TooLarge(
            f"The function {function} has {total / MIB:.1f} MiB unzipped ({parts}); "
            f"Lambda allows {UNZIPPED_LIMIT // MIB} MiB{less}.",
            "Remove a package from its layers' requirements, or move work that needs it into another function.",
        )
