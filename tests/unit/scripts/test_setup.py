"""scripts/setup on machines that lack something: it says what was found, what is needed and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[3]
TOOLS = (
    "awk",
    "bash",
    "cat",
    "cp",
    "cut",
    "df",
    "dirname",
    "env",
    "mkdir",
    "mktemp",
    "rm",
    "rmdir",
    "sha256sum",
    "tail",
)
INTERPRETER = """
case "$1 $2" in
  "-c "*"[:2])"*) echo {version} ;;
  "-c "*"sys.exit("*) exit {too_old} ;;
  "-c "*ensurepip*) exit {without_venv} ;;
  "-m venv") mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; cp "$0" "$3/bin/uv"; echo made >>made-venvs ;;
  "-m pip"|"pip install") {install} ;;
  "-m compileall") ;;
  "-m serin_cli.prepare") {prepare} ;;
  *) echo "unexpected: $*" >&2; exit 9 ;;
esac
"""


@dataclass(frozen=True)
class Machine:
    """A checkout and all programs its PATH has."""

    checkout: Path

    def has(self, name: str, script: str) -> None:
        path = self.checkout / "bin" / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/usr/bin/env bash\n{script}\n")
        path.chmod(0o755)

    def has_python(
        self,
        name: str = "python3",
        version: str = "3.12",
        *,
        venv: bool = True,
        install: str = "exit 0",
        prepare: str = "exit 0",
    ) -> None:
        too_old = int(tuple(map(int, version.split("."))) < (3, 11))
        words = {"version": version, "too_old": too_old, "without_venv": int(not venv)}
        self.has(name, INTERPRETER.format(**words, install=install, prepare=prepare))

    def setup(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.checkout / "scripts/setup"],
            env={"PATH": str(self.checkout / "bin"), **environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def refusal(self, **environment: str) -> str:
        done = self.setup(**environment)
        assert done.returncode == 1, done.stdout + done.stderr
        assert not (self.checkout / ".venv/serin-stamp").exists()
        assert "Traceback" not in done.stderr
        assert all(word in done.stderr for word in ("setup: found ", "needed ", "remedy "))
        return done.stderr

    @property
    def made(self) -> int:
        counted = self.checkout / "made-venvs"
        return len(counted.read_text().splitlines()) if counted.exists() else 0


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name in ("scripts/requirements", "layers/data", "layers/science", "layers/web"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "scripts/setup", tmp_path / "scripts/setup")
    for name in TOOLS:
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    return Machine(tmp_path)


def test_a_machine_with_everything_is_set_up_once(machine: Machine) -> None:
    machine.has_python()
    first, second = machine.setup(), machine.setup()
    assert (first.returncode, second.returncode, machine.made) == (0, 0, 1), first.stderr
    assert "making .venv with Python 3.12" in first.stdout
    assert second.stdout == ""


def test_the_environment_imports_the_checkout_it_lies_in(machine: Machine) -> None:
    machine.has_python()
    machine.setup()
    file = machine.checkout / ".venv/lib/python3.12/site-packages/serin.pth"
    named = [os.path.normpath(file.parent / line) for line in file.read_text().splitlines()]
    assert named == [str(machine.checkout / name) for name in ("layers/core/python", "scripts", ".")]


@pytest.mark.slow
def test_a_process_of_this_environment_needs_to_be_told_nothing(tmp_path: Path) -> None:
    program = "import infra.app as a, serin.domain as b, serin_cli as c; print(*[m.__file__ for m in (a, b, c)])"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=True)
    assert done.stdout.count(f"{ROOT}/") == 3, done.stdout


def test_another_lock_means_another_environment(machine: Machine) -> None:
    machine.has_python()
    machine.setup()
    (machine.checkout / "scripts/requirements/dev.txt").write_text("# another\n")
    assert (machine.setup().returncode, machine.made) == (0, 2)


def test_a_setup_that_was_interrupted_begins_anew(machine: Machine) -> None:
    machine.has_python()
    (machine.checkout / ".venv/bin").mkdir(parents=True)
    (machine.checkout / ".venv/bin/python").symlink_to("/nowhere/python")
    (machine.checkout / ".venv/half").touch()
    assert machine.setup().returncode == 0
    assert not (machine.checkout / ".venv/half").exists()


def test_no_interpreter_at_all_is_named(machine: Machine) -> None:
    assert "found   no python3 on the PATH" in machine.refusal()
    assert "found   no /opt/python on the PATH" in machine.refusal(SERIN_PYTHON="/opt/python")


@pytest.mark.parametrize("version", ["2.7", "3.8", "3.10"])
def test_an_interpreter_that_is_too_old_is_named_with_the_remedy(machine: Machine, version: str) -> None:
    machine.has_python(version=version)
    said = machine.refusal()
    assert f"found   Python {version} (python3)" in said
    assert "needed  Python 3.11 or newer" in said
    assert "SERIN_PYTHON" in said


def test_a_newer_interpreter_on_the_path_is_found_beside_an_old_one(machine: Machine) -> None:
    machine.has_python(version="3.8")
    machine.has_python("python3.12", "3.12")
    assert "making .venv with Python 3.12" in machine.setup().stdout


def test_an_interpreter_with_venv_is_preferred_to_one_without(machine: Machine) -> None:
    machine.has_python(version="3.13", venv=False)
    machine.has_python("python3.12", "3.12")
    assert "making .venv with Python 3.12" in machine.setup().stdout


def test_the_interpreter_that_is_asked_for_is_the_only_one_looked_at(machine: Machine) -> None:
    machine.has_python(version="3.12")
    machine.has_python("mine", "3.9")
    assert "found   Python 3.9 (mine)" in machine.refusal(SERIN_PYTHON="mine")


def test_the_interpreter_that_is_asked_for_may_have_a_space_in_its_path(machine: Machine) -> None:
    machine.has_python("my python", "3.12")
    done = machine.setup(SERIN_PYTHON=str(machine.checkout / "bin" / "my python"))
    assert (done.returncode, machine.made) == (0, 1), done.stderr


def test_an_interpreter_without_venv_is_named_with_the_remedy(machine: Machine) -> None:
    machine.has_python(version="3.11", venv=False)
    said = machine.refusal()
    assert "found   Python 3.11 without venv (python3)" in said
    assert "apt install python3.11-venv" in said


def test_uv_makes_the_environment_where_python_cannot(machine: Machine) -> None:
    machine.has_python(version="3.11", venv=False)
    machine.has(
        "uv", 'case "$1" in venv) mkdir -p .venv/bin; cp bin/python3 .venv/bin/python; cp bin/uv .venv/bin/uv ;; esac'
    )
    done = machine.setup()
    assert (done.returncode, machine.made) == (0, 0), done.stderr
    assert (machine.checkout / ".venv/serin-stamp").exists()


def test_too_little_disk_is_named_with_the_numbers(machine: Machine) -> None:
    machine.has_python()
    machine.has("df", 'echo "Filesystem blocks Used Available"; echo "disk 9 9 2048 9% /"')
    said = machine.refusal()
    assert "found   2048 MB free" in said
    assert "needed  4260 MB" in said


def test_a_folder_that_cannot_be_written_to_is_named(machine: Machine) -> None:
    machine.has_python()
    machine.has("mktemp", 'echo "mktemp: failed to create directory: Read-only file system" >&2; exit 1')
    assert "found   a folder that cannot be written to" in machine.refusal()


@pytest.mark.parametrize(
    ("said", "found", "remedy"),
    [
        (
            "Failed to establish a new connection: Name or service not known",
            "no answer from the package",
            "PIP_INDEX_URL",
        ),
        ("error: Failed to fetch: `https://…/simple/`", "no answer from the package", "connect this machine"),
        ("ERROR: No matching distribution found for uv==0.9", "no answer from the package", "connect this machine"),
        ("ReadTimeoutError: Read timed out.", "no answer from the package", "connect this machine"),
        ("SSLError: certificate verify failed: self-signed", "a certificate that is not trusted", "SSL_CERT_FILE"),
        ("OSError: [Errno 28] No space left on device", "a disk that is full", "free some space"),
        (
            "THESE PACKAGES DO NOT MATCH THE HASHES",
            "a package that is not the one the lock names",
            "does not change packages",
        ),
        ("Segmentation fault", "a step that failed", "run it again"),
    ],
)
def test_a_step_that_fails_ends_with_a_remedy_and_its_last_lines(
    machine: Machine, said: str, found: str, remedy: str
) -> None:
    machine.has_python(install=f'echo "{said.replace("`", "")}" >&2; exit 1')
    refusal = machine.refusal()
    assert f"found   {found}" in refusal
    assert remedy in refusal
    assert said.replace("`", "") in refusal


def test_layers_that_cannot_be_built_end_with_a_remedy_and_the_next_setup_begins_anew(machine: Machine) -> None:
    machine.has_python(prepare='echo "unavailable: could not be installed: tcp connect error" >&2; exit 1')
    assert "no answer from the package index" in machine.refusal()
    machine.has_python()
    assert (machine.setup().returncode, machine.made) == (0, 2)


def test_an_index_of_pips_settings_is_uvs_too(machine: Machine) -> None:
    machine.has_python(install='[ "$1" != pip ] || echo "index ${UV_DEFAULT_INDEX:-none}" >>indexes')
    machine.setup(PIP_INDEX_URL="https://packages.example.org/simple")
    (machine.checkout / ".venv/serin-stamp").unlink()
    machine.setup(PIP_INDEX_URL="https://packages.example.org/simple", UV_DEFAULT_INDEX="https://other.example.org")
    asked = (machine.checkout / "indexes").read_text().splitlines()
    assert asked == ["index https://packages.example.org/simple", "index https://other.example.org"]
