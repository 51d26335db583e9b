"""Code and layers as folders: what was synthesised is used where it lies, what arrives as a zip is unzipped once."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Code:
    """An unzipped function or layer, with the size and digest Lambda reports for it."""

    folder: Path
    size: int
    sha256: str
    """Base64, as `CodeSha256`."""


class Assets:
    """Finds the folder of an object in S3 or of a zip's bytes.

    A folder of the cloud assembly is never zipped: the object in the asset bucket only says where it
    lies. A science layer is 200 MB, and every stack makes its own version of it.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._published: dict[tuple[str, str], Code] = {}
        self._folders: dict[str, Path] = {}
        self._lock = threading.Lock()

    def publish(self, bucket: str, key: str, folder: Path) -> None:
        """Say that the object stands for this folder; the key is the content's hash, as the CDK names it."""
        if (bucket, key) in self._published:
            return
        digest = base64.b64encode(hashlib.sha256(key.encode()).digest()).decode()
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        self._published[bucket, key] = self._remember(Code(folder, size, digest))

    def published(self, bucket: str, key: str) -> Code | None:
        """The folder the object stands for; None when the object holds the zip itself."""
        return self._published.get((bucket, key))

    def unzipped(self, content: bytes) -> Code:
        """The folder of a zip; equal zips share one."""
        digest = hashlib.sha256(content)
        folder = self._scratch / digest.hexdigest()[:32]
        with self._lock:
            if not folder.exists():
                _unzip(content, folder)
        return self._remember(Code(folder, len(content), base64.b64encode(digest.digest()).decode()))

    def folder(self, sha256: str) -> Path:
        """Where the code with this `CodeSha256` lies."""
        return self._folders[sha256]

    def _remember(self, code: Code) -> Code:
        self._folders[code.sha256] = code.folder
        return code


def _unzip(content: bytes, folder: Path) -> None:
    unfinished = folder.with_suffix(".part")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(unfinished)
    unfinished.rename(folder)
