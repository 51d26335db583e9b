"""The kernel of compiled models as a layer: one C file, built for the target by the compiler that one lock names."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.packaging.cache import Asset, made_once
from infra.packaging.tools import LOCKS, tool_packages
from infra.settings import Target
from serin.domain.errors import Invalid
from serin.domain.names import digest

COMPILER = "zig"
# Where `serin.serving.compiled.kernel` looks for it.
PACKAGE, LIBRARY = "serin_kernel", "kernel.so"
_PROCESSOR = {"arm64": "aarch64", "x86_64": "x86_64"}
# No contraction and no reordering: the same file gives the same bits on every machine. Nothing but what is in the file
# is linked, so that one library runs with every libc.
FLAGS = (
    *("-O2", "-ffp-contract=off", "-fno-fast-math", "-ffreestanding", "-nostdlib", "-shared", "-fPIC"),
    *("-Wall", "-Wextra", "-Werror", "-g0"),
)


def kernel_layer(source: Path, target: Target, cache: Path) -> Asset:
    """The layer with the package `serin_kernel`; for AWS it is Linux, locally this machine."""
    flags = (*FLAGS, *_platform(target))
    made_of = digest("kernel", source.read_bytes(), (LOCKS / f"{COMPILER}.txt").read_bytes(), *flags)

    def make(content: Path) -> None:
        package = content / "python" / PACKAGE
        package.mkdir(parents=True)
        (package / "__init__.py").write_text('"""The kernel that evaluates compiled models."""\n')
        build_library(source, flags, package / LIBRARY)

    return made_once(cache, made_of, make)


def build_library(source: Path, flags: tuple[str, ...], library: Path) -> None:
    """Compile a C file to a shared library; raises Invalid with what the compiler says of it."""
    with tempfile.TemporaryDirectory(prefix="serin-kernel-") as scratch:
        places = {"ZIG_GLOBAL_CACHE_DIR": scratch, "ZIG_LOCAL_CACHE_DIR": scratch}
        environment = {**os.environ, **places, "PYTHONPATH": str(tool_packages(COMPILER))}
        done = subprocess.run(
            [sys.executable, "-m", "ziglang", "cc", *flags, "-o", str(library), str(source)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
    if done.returncode:
        raise Invalid(f"{source.name} does not compile: {done.stderr.strip()[-2000:]}", "Correct the line it names.")


def _platform(target: Target) -> tuple[str, ...]:
    processor = _PROCESSOR[target.architecture]
    if target.cloud == "aws" or sys.platform == "linux":
        return ("-target", f"{processor}-linux-gnu")
    return ()
