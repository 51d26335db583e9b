"""Local clouds that keep their state in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from infra.local.cloud import LocalCloud
from tests.e2e.local.templates import Resources, assembly, role


@contextmanager
def kept(folder: Path, resources: Resources, clock: datetime | None = None) -> Iterator[LocalCloud]:
    """A cloud of one stack on the state in `folder`."""
    read = assembly(("stack", {"Role": role(), **resources}))
    with LocalCloud.start(read, clock=clock, scratch=folder, state=folder / "state") as cloud:
        yield cloud
    left = list(folder.glob("serin-cloud-*"))
    assert not left, f"the cloud left {left}"
