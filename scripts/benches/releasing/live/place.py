"""A local cloud with the platform and one small model."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benches.own_cloud import Place, own_cloud
from infra.local.cloud import LocalCloud
from serin_cli.client import Client

MODEL = "parcels"
ROWS, ZONES, HEAVIEST = 400, 10, 30


@contextmanager
def place(folder: Path, release: Mapping[str, object] | None = None) -> Iterator[Place]:
    """The platform with the model `parcels`, version 1 live; `release` replaces fields of its charter's section."""

    def edit(charter: dict[str, Any]) -> None:
        charter["release"] |= release or {}

    with own_cloud(Path(__file__).parent / MODEL, folder, edit) as here:
        _release_first_version(here.client, here.cloud, folder)
        yield here


def parcels(seed: int, weight: int | None = None) -> Iterator[Mapping[str, object]]:
    """Parcels somebody asks about, without end; all of one weight, or each of its own."""
    draw, number = random.Random(seed), ROWS
    while True:
        number += 1
        yield {"parcel": number, "zone": draw.randrange(ZONES), "weight": weight or draw.randint(1, HEAVIEST)}


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
