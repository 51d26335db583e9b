"""A local cloud with the platform and one small model, from a working copy of its own."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from infra.app import synthesise
from infra.local.cloud import BUILD, LocalCloud
from infra.local.deploy.assembly import read as read_assembly
from infra.local.services.awslambda.functions.runtime_folder import runtime_folder
from infra.settings import Settings, read_settings
from serin_cli.client import Client
from serin_cli.connection import Connection
from serin_cli.local import connection_to

ROOT = Path(__file__).parents[4]
MODEL = "parcels"
ROWS, ZONES, HEAVIEST = 400, 10, 30
_SAME = ("functions", "infra", "layers", "cdk.json")


@dataclass(frozen=True)
class Place:
    """The cloud, what a person's program needs to use it, and a caller of its API."""

    cloud: LocalCloud
    settings: Settings
    connection: Connection
    client: Client


@contextmanager
def place(folder: Path, release: Mapping[str, object] | None = None) -> Iterator[Place]:
    """The platform with the model `parcels`, version 1 live; `release` replaces fields of its charter's section."""
    root = _working_copy(folder, release or {})
    settings = read_settings(root / "cdk.json")
    runtime_folder(BUILD)
    assembly = synthesise(settings, "local", root / "build" / "assembly", root)
    with LocalCloud.start(read_assembly(assembly), scratch=folder) as cloud:
        connection = connection_to(settings, cloud)
        client = Client(connection)
        try:
            _release_first_version(client, cloud, folder)
            yield Place(cloud, settings, connection, client)
        finally:
            client.close()


def parcels(seed: int, weight: int | None = None) -> Iterator[Mapping[str, object]]:
    """Parcels somebody asks about, without end; all of one weight, or each of its own."""
    draw, number = random.Random(seed), ROWS
    while True:
        number += 1
        yield {"parcel": number, "zone": draw.randrange(ZONES), "weight": weight or draw.randint(1, HEAVIEST)}


def _working_copy(folder: Path, release: Mapping[str, object]) -> Path:
    """This checkout with another model; what is built already is not built again."""
    root = folder / "copy"
    (root / "models").mkdir(parents=True)
    for name in _SAME:
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(Path(__file__).parent / MODEL, root / "models" / MODEL)
    charter = root / "models" / MODEL / "model.yaml"
    fields = yaml.safe_load(charter.read_text())
    fields["release"] |= release
    charter.write_text(yaml.safe_dump(fields, sort_keys=False))
    (root / "build").mkdir()
    (root / "build" / "assets").symlink_to(BUILD / "assets")
    return root


def _release_first_version(client: Client, cloud: LocalCloud, folder: Path) -> None:
    """The first version is trained when its rows have arrived; there is nothing it could be compared with."""
    draw, file = random.Random(1), folder / "parcels.csv"
    rows = [(number, draw.randrange(ZONES), draw.randint(1, HEAVIEST), draw.random()) for number in range(ROWS)]
    lines = [f"{n},{zone},{weight},{'true' if by < _late(zone) else 'false'}" for n, zone, weight, by in rows]
    file.write_text("\n".join(["parcel,zone,weight,late", *lines, ""]))
    client.upload(MODEL, file)
    cloud.settle()
    client.release_ended(MODEL, version=1)


def _late(zone: int) -> float:
    return 0.1 if zone < ZONES // 2 else 0.8
