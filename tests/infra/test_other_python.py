"""Code for AWS's Python from a machine that has another one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from infra.packaging import compilers
from infra.packaging.bytecode import compile_layer
from infra.packaging.compilers import Compiler, compiler_of, note
from infra.packaging.node import node_program
from infra.packaging.pyodide import MINOR, pyodide_folder
from infra.settings import Settings, Target, this_python
from serin.domain.errors import Unavailable

LAYERS = Path(__file__).parents[2] / "layers"
LIBRARY = LAYERS / "core" / "python" / "serin"
NEVER = "3.99"

# No source is left where it looks, so that an interpreter of another minor finds no module at all.
IMPORT_THE_DOMAIN = """
import { pathToFileURL } from "node:url";
const [folder, layer] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/package/pyodide.mjs`));
const python = await loadPyodide();
python.FS.mkdir("/opt");
python.FS.mount(python.FS.filesystems.NODEFS, { root: layer }, "/opt");
console.log(python.runPython(`
import importlib, pkgutil, sys
sys.path.insert(0, "/opt/python")
import serin.domain
names = [module.name for module in pkgutil.walk_packages(serin.domain.__path__, "serin.domain.")]
files = {importlib.import_module(name).__file__.rsplit(".", 1)[1] for name in names}
" ".join(["%d.%d" % sys.version_info[:2], *sorted(files), "many" if len(names) > 50 else "few"])
`));
process.exit(0);
"""


@pytest.mark.slow
def test_the_rules_run_on_awss_python_from_the_byte_code_that_any_machine_makes_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Settings().python == MINOR
    node = node_program()
    assert node is not None
    # Also where this very Python, or another on this machine, could have made it.
    monkeypatch.setattr("infra.packaging.bytecode.compiler_of", lambda _: Compiler(node, pyodide_folder()))
    content = tmp_path / "content"
    shutil.copytree(LIBRARY / "domain", content / "python" / "serin" / "domain")
    shutil.copyfile(LIBRARY / "__init__.py", content / "python" / "serin" / "__init__.py")
    compile_layer(content, Target("aws", MINOR, "arm64"), keep_sources=False)
    (tmp_path / "run.mjs").write_text(IMPORT_THE_DOMAIN)
    command = [str(node), str(tmp_path / "run.mjs"), str(pyodide_folder()), str(content)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{MINOR} pyc many\n"


def test_every_python_gets_the_same_versions_here_and_on_aws() -> None:
    locks = list(LAYERS.glob("*/requirements.txt"))
    assert {lock.parent.name for lock in locks} == {"data", "science", "web"}
    by_python = [f"{lock}: {line}" for lock in locks for line in lock.read_text().splitlines() if "python_" in line]
    assert by_python == []


@pytest.mark.slow
def test_a_machine_without_such_a_python_ships_sources_and_is_told_what_it_costs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = Target("aws", this_python(), "arm64")
    assert compiler_of(this_python()) is not None
    assert note(here) is None
    assert compiler_of(NEVER) is None
    assert "No Python 3.99 is on this machine: the layers ship no byte-code" in str(note(Target("aws", NEVER, "arm64")))

    def unreachable() -> Path:
        raise Unavailable("no registry", "try again")

    monkeypatch.setattr(compilers.pyodide, "MINOR", NEVER)
    monkeypatch.setattr(compilers.pyodide, "pyodide_folder", unreachable)
    assert compiler_of.__wrapped__(NEVER) is None
