"""Model folders hold files, not links: a layer must carry nothing that lies elsewhere on the machine that deploys."""

from __future__ import annotations

from pathlib import Path

from serin.domain.errors import Invalid
from serin.domain.printable import printable


def refuse_links(folder: Path) -> None:
    """Raise Invalid when the folder, the one it is in, or anything below it is a link."""
    for path in (folder.parent, folder, *sorted(folder.rglob("*"))):
        if path.is_symlink():
            shown = path.relative_to(folder.parent.parent)
            raise Invalid(f"{printable(str(shown))} is a link.", "Put the file or folder itself there.")
