"""CPython as WebAssembly, from the npm registry: it makes byte-code of its own minor on any machine that has Node.js.

Byte-code is the same whatever processor CPython runs on: its form is named by the magic number of the minor alone.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

from infra.packaging.cache import made_once
from infra.packaging.node import npm_command
from infra.packaging.tools import INSTALLED, LOCKS
from serin.domain.errors import Unavailable
from serin.domain.names import digest

MINOR = "3.14"
"""Of the version that the lock names; a test asks it."""
_LOCK = LOCKS / "pyodide"


def pyodide_folder() -> Path:
    """The folder with `pyodide.mjs`, fetched once. Raises Unavailable when the registry does not give it."""
    package, integrity = _LOCK.read_text(encoding="utf-8").split()
    return made_once(
        INSTALLED, digest("pyodide", package, integrity), lambda folder: _fetch(package, integrity, folder)
    ).folder


def _fetch(package: str, integrity: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="serin-pyodide-") as scratch:
        done = subprocess.run(
            [*npm_command(), "pack", "--silent", "--pack-destination", scratch, package],
            capture_output=True,
            text=True,
            check=False,
            cwd=scratch,
        )
        archive = next(Path(scratch).glob("*.tgz"), None)
        if done.returncode or archive is None:
            raise _unavailable(package, done.stderr.strip()[-500:])
        hashed = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if integrity != f"sha512-{hashed}":
            raise _unavailable(package, f"it is not the package that {_LOCK.name} names")
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")


def _unavailable(package: str, reason: str) -> Unavailable:
    return Unavailable(f"{package} could not be installed: {reason}", "Check the connection to the npm registry.")
