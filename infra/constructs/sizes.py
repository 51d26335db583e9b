"""Lambda's limits on what a function is made of, checked before anything is deployed."""

from __future__ import annotations

from collections.abc import Mapping

from serin.domain.errors import TooLarge

MIB = 1024 * 1024
UNZIPPED_LIMIT = 250 * MIB
MOST_LAYERS = 5


def check_size(function: str, code: int, layers: Mapping[str, int], reserved: int = 0) -> None:
    """Raise TooLarge unless code and layers (name → unzipped bytes) fit, with `reserved` layers to be added later."""
    if len(layers) + reserved > MOST_LAYERS:
        kept = f" and {reserved} kept for the model" if reserved else ""
        raise TooLarge(
            f"The function {function} has {len(layers)} layers{kept}; Lambda allows {MOST_LAYERS}.",
            "Put the content of two of its layers into one.",
        )
    total = code + sum(layers.values())
    if total > UNZIPPED_LIMIT:
        parts = ", ".join(f"{name} {size / MIB:.1f}" for name, size in {"code": code, **layers}.items())
        raise TooLarge(
            f"The function {function} has {total / MIB:.1f} MiB unzipped ({parts}); "
            f"Lambda allows {UNZIPPED_LIMIT // MIB} MiB.",
            "Remove a package from its layers' requirements, or move work that needs it into another function.",
        )
