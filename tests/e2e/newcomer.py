"""A newcomer's checkout: a copy of the working tree in which a person types commands and edits files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.app import synthesise
from infra.local.cloud import BUILD, LocalCloud
from infra.local.deploy.assembly import read as read_assembly
from infra.settings import read_settings
from serin_cli.connection import forget, save
from serin_cli.local import connection_to
from tests.e2e.tools import HALF_WRITTEN, ROOT, copy_of_checkout
from tests.waiting import PATIENCE_S, wait_until


@dataclass(frozen=True)
class Checkout:
    """The copy, and where its platform says that it is up."""

    folder: Path

    @property
    def connection(self) -> Path:
        return self.folder / ".serin" / "connection.json"

    def serin(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What `./scripts/serin …` does once the environment is there."""
        return subprocess.run(
            self._command(*words), cwd=self.folder, env=self._environment(), capture_output=True, text=True, check=False
        )

    @contextmanager
    def up(self, *words: str) -> Iterator[None]:
        """`./scripts/serin up …` in another terminal, until it is ended as a service manager ends a service."""
        log = self.folder / "up.log"
        with log.open("w") as written:
            process = subprocess.Popen(
                self._command("up", *words),
                cwd=self.folder,
                env=self._environment(),
                stdout=written,
                stderr=subprocess.STDOUT,
            )
            try:
                wait_until(lambda: self.connection.exists() or process.poll() is not None, every_s=0.1)
                assert self.connection.exists(), log.read_text()
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=PATIENCE_S)
            assert not self.connection.exists(), "the checkout is still connected to a platform that has ended"

    @contextmanager
    def up_here(self, state: str) -> Iterator[LocalCloud]:
        """The same in this process, where what IAM decides is seen; commands typed in the folder find it alike."""
        settings = read_settings(self.folder / "cdk.json")
        assembly = read_assembly(synthesise(settings, "local", self.folder / "assembly", self.folder))
        with LocalCloud.start(assembly, state=self.folder / state) as cloud, pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            connection = connection_to(settings, cloud)
            save(connection)
            try:
                yield cloud
            finally:
                forget(connection)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "serin_cli", *words]

    def _environment(self) -> dict[str, str]:
        paths = (self.folder / name for name in ("layers/core/python", "scripts", "."))
        return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths)), "COLUMNS": "120"}


def a_checkout(folder: Path) -> Checkout:
    """The working tree in `folder`; what was built before is linked, so that nothing is installed twice."""
    folder.mkdir()
    copy_of_checkout(folder)
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=HALF_WRITTEN, dirs_exist_ok=True)
    (folder / "build" / "runtime").mkdir()
    for made in (BUILD / "runtime").glob("[0-9a-f]*"):
        (folder / "build" / "runtime" / made.name).symlink_to(made)
    return Checkout(folder)
