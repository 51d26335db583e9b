"""The revision of a working copy."""

from __future__ import annotations

import subprocess
from pathlib import Path

DIRTY = "-dirty"


def commit_of(folder: Path) -> str | None:
    """The commit of the repository at `folder`, with `-dirty` where its files differ; None where there is none."""
    top = _git(folder, "rev-parse", "--show-toplevel")
    commit = _git(folder, "rev-parse", "HEAD")
    if top is None or commit is None or Path(top).resolve() != folder.resolve():
        return None
    return commit + (DIRTY if _git(folder, "status", "--porcelain") else "")


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
