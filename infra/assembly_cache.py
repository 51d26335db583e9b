"""A cloud assembly is a function of the working copy: while nothing it is made of changes, it is not made again."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from infra.packaging.cache import digest_of
from infra.settings import Settings, Target
from serin.domain.names import digest
from serin.files.commits import commit_of

INPUTS = ("functions", "infra", "layers", "models")
"""Everything below these decides what the templates and assets are."""
OUTSIDE = "infra/local"
"""But for this: the local cloud runs assemblies, and nothing of the app imports it."""
_MADE_OF = "made-of.txt"


def inputs_digest(root: Path, settings: Settings, target: Target, context: str = "") -> str:
    """Names everything an assembly is made of; `context` is what else the `cdk` command says of it."""
    folders = (digest_of(root / name, without=root / OUTSIDE) for name in INPUTS)
    return digest(version("aws-cdk-lib"), repr(settings), repr(target), context, commit_of(root) or "", *folders)


def made_unless_known(outdir: Path, made_of: str, make: Callable[[Path], object]) -> Path:
    """The assembly at `outdir`; `make` writes it to another folder first, so that half an assembly is never seen."""
    outdir.parent.mkdir(parents=True, exist_ok=True)
    with _only_maker(outdir.parent):
        if not _is_known(outdir, made_of):
            _make(outdir, made_of, make)
    return outdir


def written_unless_known(outdir: Path, made_of: str, make: Callable[[], object]) -> None:
    """The same where `make` writes to `outdir` itself, for whoever keeps a lock in there, as `cdk` does.

    What was begun and not ended is known as nothing.
    """
    if not _is_known(outdir, made_of):
        stamp = outdir / _MADE_OF
        stamp.unlink(missing_ok=True)
        make()
        stamp.write_text(made_of)


def _make(outdir: Path, made_of: str, make: Callable[[Path], object]) -> None:
    # Beside its final place, so that the rename is one step.
    scratch = Path(tempfile.mkdtemp(dir=outdir.parent, prefix=f".{outdir.name}-"))
    try:
        make(scratch)
        (scratch / _MADE_OF).write_text(made_of)
        shutil.rmtree(outdir, ignore_errors=True)
        scratch.rename(outdir)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _only_maker(folder: Path) -> Iterator[None]:
    """Who asks while another makes it waits, and finds it made: nobody takes away what another reads."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_known(outdir: Path, made_of: str) -> bool:
    stamp = outdir / _MADE_OF
    return stamp.is_file() and stamp.read_text() == made_of and _has_its_assets(outdir)


def _has_its_assets(outdir: Path) -> bool:
    manifests = [json.loads(path.read_text()) for path in outdir.glob("*.assets.json")]
    return all(
        (outdir / file["source"]["path"]).exists() for manifest in manifests for file in manifest["files"].values()
    )
