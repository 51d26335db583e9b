"""Files that only their owner may read, and that others see whole or not at all."""

from __future__ import annotations

from pathlib import Path

from serin.files.replaced import SECRET, replace_file


def write_private(path: Path, text: str) -> None:
    """Put `text` in the place of the file, whatever mode the one before had; its folder is made where there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, text.encode(), SECRET)
