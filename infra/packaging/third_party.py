"""Third-party layers: exactly what the lock names, as binary wheels for the target."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from infra.packaging.bytecode import compile_layer
from infra.packaging.cache import Asset, made_once
from infra.packaging.compilers import layer_form
from infra.packaging.trimming import trim
from infra.settings import Target
from serin.domain.errors import Unavailable
from serin.domain.names import digest

_WHEEL_PLATFORM = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}


def third_party_layer(lock: Path, target: Target, cache: Path) -> Asset:
    """The layer of one lock file, below `python/`; where byte-code can be made, it is shipped instead of sources."""
    made_of = digest("trimmed", lock.read_bytes(), target.python, platform_of(target), layer_form(target))

    def make(content: Path) -> None:
        _install(lock, target, content / "python")
        trim(content / "python")
        compile_layer(content, target, keep_sources=False)

    return made_once(cache, made_of, make)


def platform_of(target: Target) -> str:
    """The platform wheels are chosen for; locally this machine's own."""
    return _WHEEL_PLATFORM[target.architecture] if target.cloud == "aws" else f"{sys.platform}-{target.architecture}"


def _install(lock: Path, target: Target, out: Path) -> None:
    command = [find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(out)]
    command += ["--require-hashes", "--only-binary", ":all:", "--link-mode", "copy", "-r", str(lock)]
    if target.cloud == "aws":
        command += ["--python-platform", platform_of(target), "--python-version", target.python]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        found = done.stderr.strip()[-2000:]
        raise Unavailable(
            f"The layer of {lock.parent.name}/{lock.name} could not be installed: {found}",
            "Check the connection to the package index and that the lock has wheels for "
            f"Python {target.python} on {platform_of(target)}; then try again.",
        )
