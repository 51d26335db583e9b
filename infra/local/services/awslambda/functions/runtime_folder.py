"""The folder Lambda's own runtime would be: boto3, AWS's runtime client and what makes it feel at home."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import uv

from infra.local.session import base_interpreter
from serin.domain.errors import Unavailable

LOCK = Path(__file__).parents[5] / "scripts" / "requirements" / "runtime.txt"
PURE_CLIENT = Path(__file__).with_name("runtime_client.py")
SANDBOX = Path(__file__).with_name("sandbox.py")


def runtime_folder(build: Path) -> Path:
    """The folder below `build`, made once for this lock, interpreter and platform."""
    folder = build.resolve() / "runtime" / _digest()
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="making-") as scratch:
            made = Path(scratch) / "runtime"
            _install(made)
            _move(made, folder)
    return folder


def _digest() -> str:
    files = [path.read_bytes() for path in (LOCK, PURE_CLIENT, SANDBOX)]
    parts = (*files, sys.version.encode(), sysconfig.get_platform().encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _install(folder: Path) -> None:
    install = ["pip", "install", "--quiet", "--require-hashes", "--no-deps", "--requirements", str(LOCK)]
    _run([uv.find_uv_bin(), *install, "--python", base_interpreter(), "--target", str(folder)])
    if not any(folder.glob("runtime_client*.so")):
        # The part in C is built for Linux only; the rest of AWS's client is the same everywhere.
        shutil.copy(PURE_CLIENT, folder)
    shutil.copy(SANDBOX, folder)
    # Processes start without writing byte-code, so what is not compiled here is compiled at every cold start.
    compileall = [base_interpreter(), "-m", "compileall", "-q", "-j", "0"]
    _run([*compileall, "--invalidation-mode", "unchecked-hash", str(folder)])


def _run(command: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(
            f"The functions' runtime could not be built: {done.stderr.strip() or done.stdout.strip()}",
            "Check that the package index answers, then start again.",
        )


def _move(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        # Another process finished first; the content is the same.
        if not folder.exists():
            raise
