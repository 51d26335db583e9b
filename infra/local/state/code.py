"""Code and layers that outlive the session and the cloud assembly they came from."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from infra.local.deploy.assets import Assets, Code
from infra.local.state.bodies import link_tree
from serin.domain.errors import Corrupt

_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class CodeRecord:
    """What `Assets` knew: folders by their name in the state folder, with size and `CodeSha256`."""

    folders: dict[str, str]
    published: dict[tuple[str, str], tuple[str, int]]


class KeptAssets(Assets):
    """Assets of which every folder is also in the state folder: old versions run when the assembly has moved on."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        super().__init__(folder)

    def record(self) -> CodeRecord:
        """Everything known, kept."""
        folders = {sha256: self._kept(sha256, folder) for sha256, folder in list(self._folders.items())}
        published = {place: (code.sha256, code.size) for place, code in list(self._published.items())}
        return CodeRecord(folders, published)

    def restore(self, record: CodeRecord) -> None:
        """Know it again; raises Corrupt where code is missing."""
        for name in record.folders.values():
            if not _NAME.fullmatch(name) or not (self._scratch / name).is_dir():
                raise Corrupt(
                    f"The code {self._scratch / name} is missing from the state.",
                    "Restore the state folder from a copy, or start with an empty one.",
                )
        self._folders = {sha256: self._scratch / name for sha256, name in record.folders.items()}
        self._published = {
            place: Code(self._folders[sha256], size, sha256) for place, (sha256, size) in record.published.items()
        }

    def _kept(self, sha256: str, folder: Path) -> str:
        if folder.parent != self._scratch:
            name = base64.b64decode(sha256).hex()[:32]
            link_tree(folder, self._scratch / name)
            return name
        return folder.name
