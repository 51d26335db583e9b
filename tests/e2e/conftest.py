"""One walk through the whole house, shared by every test that looks at what it left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local.account import Account
from serin_cli.client import Client
from serin_cli.local import Running, running
from serin_cli.walk import CLOCK, STAGE, walk

SHARED = ("walked", "exercised")
_UP = ExitStack()


@dataclass(frozen=True)
class Walked:
    """The platform after the walk, the sample's folder, and the walk's figures."""

    platform: Running
    client: Client
    folder: Path
    figures: Mapping[str, Any]


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """What the demo does, in an account that is new: it runs ten functions at once."""
    folder = tmp_path_factory.mktemp("sample")
    with _UP:
        platform = _UP.enter_context(running(CLOCK, stage=STAGE, account=Account(concurrency=10)))
        client = Client(platform.connection)
        _UP.callback(client.close)
        yield Walked(platform, client, folder, walk(client, platform, folder))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """There is one local cloud a process: the shared one ends with the last test that looks at it."""
    if nextitem is None or not _place(nextitem):
        _UP.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the shared platform come after those of this folder that start one of their own."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    fixtures = getattr(item, "fixturenames", ())
    return max((place for place, name in enumerate(SHARED, start=1) if name in fixtures), default=0)
