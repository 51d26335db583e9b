from __future__ import annotations

import subprocess
from pathlib import Path

from serin.files.commits import commit_of


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=sam", "-c", "user.email=sam@example.com")
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


def test_a_working_copy_is_its_commit_and_dirty_where_files_differ(tmp_path: Path) -> None:
    assert commit_of(tmp_path) is None
    git(tmp_path, "init")
    assert commit_of(tmp_path) is None
    (tmp_path / "file").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    clean = commit_of(tmp_path)
    assert clean is not None
    assert len(clean) == 40
    (tmp_path / "file").write_text("2")
    assert commit_of(tmp_path) == f"{clean}-dirty"
    # A folder inside of somebody else's repository has no commit of its own.
    (tmp_path / "inside").mkdir()
    assert commit_of(tmp_path / "inside") is None
