"""What makes byte-code for a Python minor: an interpreter of that very minor, on this machine or as WebAssembly."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from uv import find_uv_bin

from infra.packaging import pyodide
from infra.packaging.node import node_program
from infra.settings import Target, this_python
from serin.domain.errors import Unavailable

_SCRIPT = Path(__file__).with_name("pyodide_compileall.mjs")


@dataclass(frozen=True)
class Compiler:
    """An interpreter of one minor; `pyodide` is the folder of the one that runs in `program`, which is then node."""

    program: Path
    pyodide: Path | None = None

    def command(self, content: Path, beside: bool) -> list[str]:
        """Compile all below `content/python` as it will lie under /opt: into `__pycache__`, or `beside` each module."""
        if self.pyodide is not None:
            return [str(self.program), str(_SCRIPT), str(self.pyodide), str(content), *(["beside"] if beside else [])]
        command = [str(self.program), "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
        return [*command, *(["-b"] if beside else []), "-s", str(content), "-p", "/opt", str(content / "python")]


@cache
def compiler_of(minor: str) -> Compiler | None:
    """An interpreter of that minor, such as `3.14`; None where there is none and none can be fetched."""
    if minor == this_python():
        return Compiler(Path(sys.executable))
    command = [find_uv_bin(), "python", "find", "--no-project", "--no-python-downloads", minor]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return Compiler(Path(done.stdout.strip()))
    node = node_program()
    if minor != pyodide.MINOR or node is None:
        return None
    try:
        return Compiler(node, pyodide.pyodide_folder())
    except Unavailable:
        return None


def layer_form(target: Target) -> str:
    """What a layer of the target carries, for the names of assets."""
    return "sources" if compiler_of(target.python) is None else "compiled"


def note(target: Target) -> str | None:
    """What whoever deploys should know of the packages, if anything."""
    if compiler_of(target.python) is not None:
        return None
    return (
        f"No Python {target.python} is on this machine: the layers ship no byte-code, so a cold start compiles what "
        f"it imports. Install one (`uv python install {target.python}`) and synthesise again to ship it."
    )
