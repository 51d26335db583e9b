"""Byte-code Lambda will use: without it a cold start compiles every module again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from infra.settings import Target
from serin.domain.errors import Invalid


def compile_layer(content: Path, target: Target) -> None:
    """Compile all modules below `content/python` as they will lie under `/opt`; nothing for another Python minor.

    Hash-based and unchecked, because zipping changes the times that ordinary byte-code is
    checked against.
    """
    if not target.has_this_python:
        return
    command = [sys.executable, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    done = subprocess.run(
        [*command, "-s", str(content), "-p", "/opt", str(content / "python")],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Invalid(f"A layer does not compile: {done.stdout.strip()[-2000:]}", "Correct the file it names.")
