"""Local clouds that keep their state in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from infra.local.cloud import LocalCloud
from tests.e2e.local.templates import Resources, assembly, role


@contextmanager
def kept(
    folder: Path,
    resources: Resources,
    clock: datetime | None = None,
    before: Callable[[LocalCloud], None] | None = None,
) -> Iterator[LocalCloud]:
    """A cloud of one stack on the state in `folder`, at which `before` looks before the stack is deployed."""
    read = assembly(("stack", {"Role": role(), **resources}))
    with LocalCloud.start(read, clock=clock, scratch=folder, state=folder / "state", before=before) as cloud:
        yield cloud
    left = list(folder.glob("serin-cloud-*"))
    assert not left, f"the cloud left {left}"
