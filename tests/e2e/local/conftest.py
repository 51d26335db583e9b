"""Local clouds for tests: one at a time, each with its own scratch folder that must be empty at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.local.templates import Record, Resources, assembly, opened, role

Deploy = Callable[[Resources], LocalCloud]


@contextmanager
def running(scratch: Path, resources: Resources, as_written: bool = False) -> Iterator[LocalCloud]:
    """A cloud with one stack; unless it is as written, a `Role` is added to it, and that services may call."""
    deployed = resources if as_written else opened({"Role": role(), **resources})
    with LocalCloud.start(assembly(("stack", deployed)), scratch=scratch) as cloud:
        yield cloud
    left = list(scratch.glob("serin-cloud-*"))
    assert not left, f"the cloud left {left}"


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """What functions with this record write down."""
    return Record(tmp_path / "record.jsonl")


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Deploy]:
    """Deploys resources into a cloud that ends with the test."""
    with ExitStack() as ends:
        yield lambda resources: ends.enter_context(running(tmp_path, resources))


@pytest.fixture
def deployed_as_written(tmp_path: Path) -> Iterator[Deploy]:
    """Deploys resources and nothing else, for tests of who may what."""
    with ExitStack() as ends:
        yield lambda resources: ends.enter_context(running(tmp_path, resources, as_written=True))
