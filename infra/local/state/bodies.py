"""Bodies of S3 objects: one file each, named by content, so that a snapshot writes only what is new."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any
from weakref import WeakKeyDictionary

from moto.s3.models import FakeKey

from serin.domain.errors import Corrupt
from serin.files.replaced import replace_file

_NAME = re.compile(r"[0-9a-f]{64}(\..*\.part)?")
_BLOCK = 1 << 20


class Bodies:
    """Keeps the bodies of one state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self._known: WeakKeyDictionary[FakeKey, tuple[int, str]] = WeakKeyDictionary()
        self._needed: set[str] = set()

    def begin(self) -> None:
        """Count from here which bodies are needed."""
        self._needed = set()

    def keep(self, key: FakeKey) -> str:
        """The name of an object's body, which is written when it is new; empty for a body that was let go."""
        if key.disposed or key._value_buffer.closed:
            return ""
        buffer, name = self._known.get(key, (0, ""))
        if buffer != id(key._value_buffer):
            content = key.value
            name = hashlib.sha256(content).hexdigest()
            if not (self._folder / name).exists():
                replace_file(self._folder / name, content)
            self._known[key] = (id(key._value_buffer), name)
        self._needed.add(name)
        return name

    def open(self, name: str, max_size: int) -> Any:
        """The body as moto holds it; raises Corrupt when it is not the one that was kept."""
        buffer = SpooledTemporaryFile(max_size)  # noqa: SIM115 - the object's from here on
        if not name:
            return buffer
        if not _NAME.fullmatch(name):
            raise Corrupt("The state names an object body that is none.", "Start with an empty folder.")
        digest = hashlib.sha256()
        try:
            with os.fdopen(os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW), "rb") as kept:
                while block := kept.read(_BLOCK):
                    digest.update(block)
                    buffer.write(block)
        except OSError:
            digest.update(b"missing")
        if digest.hexdigest() != name:
            buffer.close()
            raise Corrupt(
                f"The object body {self._folder / name} is missing or changed.",
                "Restore the state folder from a copy, or start with an empty one.",
            )
        return buffer

    def sweep(self) -> None:
        """Delete the bodies nobody needs any more."""
        for file in self._folder.iterdir():
            if _NAME.fullmatch(file.name) and file.name not in self._needed:
                file.unlink(missing_ok=True)


def link_tree(source: Path, target: Path) -> None:
    """`source` again at `target`, sharing the files where the file system lets them; all of it or nothing."""
    if target.exists():
        return
    unfinished = target.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(source, unfinished, copy_function=_link, symlinks=True)
    unfinished.rename(target)


def _link(source: str, target: str) -> None:
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)
