"""A local cloud with the platform and one model of a bench's own, from a working copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from infra.app import synthesise
from infra.local.cloud import BUILD, LocalCloud
from infra.local.deploy.assembly import read as read_assembly
from infra.local.services.awslambda.functions.runtime_folder import runtime_folder
from infra.settings import Settings, read_settings
from serin_cli.client import Client
from serin_cli.connection import Connection
from serin_cli.local import connection_to

ROOT = Path(__file__).parents[2]
_SAME = ("functions", "infra", "layers", "cdk.json")


@dataclass(frozen=True)
class Place:
    """The cloud, what a person's program needs to use it, and a caller of its API."""

    cloud: LocalCloud
    settings: Settings
    connection: Connection
    client: Client


@contextmanager
def own_cloud(
    model: Path, folder: Path, edit: Callable[[dict[str, Any]], None], clock: datetime | None = None
) -> Iterator[Place]:
    """The platform with the model that is written in a folder, whose charter is edited before; made below `folder`."""
    root = _working_copy(model, folder, edit)
    settings = read_settings(root / "cdk.json")
    runtime_folder(BUILD)
    assembly = synthesise(settings, "local", root / "build" / "assembly", root)
    with LocalCloud.start(read_assembly(assembly), clock=clock, scratch=folder) as cloud:
        connection = connection_to(settings, cloud)
        client = Client(connection)
        try:
            yield Place(cloud, settings, connection, client)
        finally:
            client.close()


def _working_copy(model: Path, folder: Path, edit: Callable[[dict[str, Any]], None]) -> Path:
    """This checkout with another model; what is built already is not built again."""
    root = folder / "copy"
    (root / "models").mkdir(parents=True)
    for name in _SAME:
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(model, root / "models" / model.name)
    charter = root / "models" / model.name / "model.yaml"
    fields = yaml.safe_load(charter.read_text())
    edit(fields)
    charter.write_text(yaml.safe_dump(fields, sort_keys=False))
    (root / "build").mkdir()
    (root / "build" / "assets").symlink_to(BUILD / "assets")
    return root
