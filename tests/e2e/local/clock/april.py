"""Local clouds that begin on April 1st, 2013, with a role for everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from infra.local.cloud import LocalCloud
from tests.e2e.local.templates import Resources, assembly, opened, role

START = datetime(2013, 4, 1, 4, tzinfo=UTC)


@contextmanager
def running(scratch: Path, resources: Resources, as_written: bool = False) -> Iterator[LocalCloud]:
    """A cloud with one stack, and every permission services need unless it is to be `as_written`."""
    wanted = {"Role": role(), **resources}
    stack = assembly(("stack", wanted if as_written else opened(wanted)))
    with LocalCloud.start(stack, scratch=scratch, clock=START) as cloud:
        yield cloud
    assert not list(scratch.glob("serin-cloud-*"))
