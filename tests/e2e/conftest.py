"""One walk through the whole house, shared by every test that looks at what it left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from serin_cli.client import Client
from serin_cli.local import Running, running
from serin_cli.walk import CLOCK, walk

SHARED = ("walked", "exercised")


@dataclass(frozen=True)
class Walked:
    """The platform after the walk, the sample's folder, and the walk's figures."""

    platform: Running
    client: Client
    folder: Path
    figures: Mapping[str, Any]


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """What the demo does."""
    folder = tmp_path_factory.mktemp("sample")
    with running(CLOCK) as platform:
        client = Client(platform.connection)
        try:
            yield Walked(platform, client, folder, walk(client, platform, folder))
        finally:
            client.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the shared platform come last: there is one local cloud a process, and theirs stays until the end."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    fixtures = getattr(item, "fixturenames", ())
    return max((place for place, name in enumerate(SHARED, start=1) if name in fixtures), default=0)
