"""Other people's programs, apart from our packages, for they bring their own versions of what we use too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from infra.packaging.cache import made_once
from serin.domain.errors import Unavailable
from serin.domain.names import digest

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "scripts" / "requirements" / "tools"
INSTALLED = ROOT / "build" / "tools"


def tool_packages(name: str) -> Path:
    """The folder with what `scripts/requirements/tools/<name>.txt` locks, byte-compiled; for a process's PYTHONPATH.

    Installed once for each lock and interpreter. Raises Unavailable when the index does not give it.
    """
    lock = LOCKS / f"{name}.txt"

    def install(folder: Path) -> None:
        command = [find_uv_bin(), "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--compile-bytecode"]
        command += ["--requirements", str(lock), "--python", sys.executable, "--target", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(
                f"The packages of {lock.name} could not be installed: {done.stderr.strip()[-2000:]}",
                "Check the connection to the package index; then try again.",
            )

    return made_once(INSTALLED, digest(name, lock.read_text(), sys.version), install).folder
