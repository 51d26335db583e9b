"""Pages as files: they load nothing, and can be sent to anybody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from serin.domain.errors import Invalid
from serin.files.replaced import export_file


def written(page: str, file: Path) -> Mapping[str, str]:
    """Write a page and say where it is; Invalid where nothing can be written."""
    try:
        export_file(file, page.encode())
    except OSError as error:
        raise Invalid(
            f"{file} cannot be written: {error.strerror}.", "Name a file in a folder that is there."
        ) from error
    return {"page": str(file)}
