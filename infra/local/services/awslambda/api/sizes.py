"""How large a function may be, unzipped, with its layers; and which layers may lie over each other.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from infra.local.services.awslambda.api.errors import invalid

UNZIPPED_BYTES = 262_144_000
"""250 MiB, for the code and for all of it together."""
LAYERS = 5


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse a zip that is too large before it is unzipped."""
    if sum(entry.file_size for entry in archive.infolist()) > UNZIPPED_BYTES:
        raise invalid(f"Unzipped size must be smaller than {UNZIPPED_BYTES} bytes")


def check_layers(arns: Sequence[str]) -> None:
    """Refuse more layers than five, and two versions of one."""
    if len(arns) > LAYERS:
        raise invalid(f"Cannot reference more than {LAYERS} layers.")
    seen: dict[str, str] = {}
    for arn in arns:
        layer = arn.rpartition(":")[0]
        if layer in seen:
            raise invalid(
                "Two different versions of the same layer are not allowed to be referenced in the same function. "
                f"{seen[layer]} and {arn}."
            )
        seen[layer] = arn


def check_together(code: Path, layers: Sequence[Path]) -> None:
    """Refuse code and layers that are too large together."""
    layers_bytes = sum(unzipped_bytes(layer) for layer in layers)
    if layers_bytes > UNZIPPED_BYTES:
        raise invalid(f"Layers consume more than the available size of {UNZIPPED_BYTES} bytes")
    together = layers_bytes + unzipped_bytes(code)
    if together > UNZIPPED_BYTES:
        raise invalid(
            f"Function code combined with layers exceeds the maximum allowed size of {UNZIPPED_BYTES} bytes. "
            f"The actual size is {together} bytes."
        )


@lru_cache(maxsize=512)
def unzipped_bytes(folder: Path) -> int:
    """The size of all files below a folder, which is never changed once code lies in it."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
