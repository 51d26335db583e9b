"""scripts/setup on machines that lack something: it says what was found, what is needed and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("requirements", "layers/data", "layers/science", "layers/web"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/setup", tmp_path / "scripts/setup")
    (tmp_path / "bin").mkdir()
    return tmp_path


def a_program(checkout: Path, name: str, script: str) -> None:
    path = checkout / "bin" / name
    path.write_text(f"#!/usr/bin/env bash\n{script}\n")
    path.chmod(0o755)


def setup(checkout: Path) -> str:
    environment = {**os.environ, "PATH": f"{checkout / 'bin'}:{os.environ['PATH']}", "SERIN_PYTHON": "python-at-hand"}
    done = subprocess.run(
        [checkout / "scripts/setup"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert not (checkout / ".venv").exists()
    return done.stderr


def test_an_interpreter_that_is_too_old_is_named_with_the_remedy(checkout: Path) -> None:
    a_program(checkout, "python-at-hand", 'case "$2" in *"[:2])") echo 3.9;; *) exit 1;; esac')
    said = setup(checkout)
    assert "found   Python 3.9" in said
    assert "needed  Python 3.11 or newer" in said
    assert "SERIN_PYTHON" in said


def test_an_interpreter_without_venv_is_named_with_the_remedy(checkout: Path) -> None:
    a_program(checkout, "python-at-hand", 'case "$2" in *"[:2])") echo 3.11;; *ensurepip*) exit 1;; *) exit 0;; esac')
    said = setup(checkout)
    assert "found   Python 3.11 without venv" in said
    assert "apt install python3.11-venv" in said


def test_too_little_disk_is_named_with_the_numbers(checkout: Path) -> None:
    a_program(checkout, "python-at-hand", 'case "$2" in *"[:2])") echo 3.11;; *) exit 0;; esac')
    a_program(checkout, "df", 'echo "Filesystem blocks Used Available"; echo "disk 9 9 2048 9% /"')
    said = setup(checkout)
    assert "found   2048 MB free" in said
    assert "needed  4096 MB" in said


def test_no_interpreter_at_all_is_named(checkout: Path) -> None:
    assert "found   no python-at-hand on the PATH" in setup(checkout)
