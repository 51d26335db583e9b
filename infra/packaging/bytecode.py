"""Byte-code Lambda will use: without it a cold start compiles every module again."""

from __future__ import annotations

import subprocess
from pathlib import Path

from infra.packaging.compilers import compiler_of
from infra.settings import Target
from serin.domain.errors import Invalid


def compile_layer(content: Path, target: Target, *, keep_sources: bool = True) -> None:
    """Compile all modules below `content/python` as they will lie under `/opt`, with an interpreter of their minor.

    Hash-based and unchecked, because zipping changes the times that ordinary byte-code is checked against. Without
    `keep_sources` the byte-code takes the modules' place, and half of their room. Nothing where no interpreter is.
    """
    compiler = compiler_of(target.python)
    if compiler is None:
        return
    command = compiler.command(content, beside=not keep_sources)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-2000:]
        raise Invalid(f"A layer does not compile: {said}", "Correct the file it names.")
    if not keep_sources:
        for module in content.rglob("*.pyc"):
            module.with_suffix(".py").unlink(missing_ok=True)
