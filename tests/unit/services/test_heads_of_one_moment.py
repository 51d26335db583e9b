from __future__ import annotations

from datetime import timedelta

import pytest

from serin.domain.charter import Derivation
from serin.domain.datasets import DatasetHead
from tests.unit.data.histories import QUEUE, START, by_definition, table
from tests.unit.services.test_windows_online import World, an_event, charter_of, differences, shifted, zone

HOUR = timedelta(hours=1)


def test_a_build_that_is_overtaken_between_two_heads_brings_back_nothing_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has read the zones before they changed and the shops after: as much in all as who saw the zones change."""
    world = World(charter_of(QUEUE, Derivation("features:shifted", ("zones",))), shifted=shifted)
    first = world.accept("shops", table([an_event(START)]))
    world.build("zones", world.accept("zones", zone(0)))
    read, later = world.catalog.head, list[str]()

    def overtaken(dataset: str) -> DatasetHead:
        head = read(dataset)
        monkeypatch.setattr(world.catalog, "head", read)
        world.build("zones", world.accept("zones", zone(1)))
        later.append(world.accept("shops", table([an_event(START + 30 * 24 * HOUR, number=2)])))
        return head

    monkeypatch.setattr(world.catalog, "head", overtaken)
    world.build("shops", first)
    world.build("shops", later[0])
    moved = (1, "a", START + HOUR, START + HOUR, 1, None, None)
    assert differences(world.served("a", START + HOUR / 2), by_definition([moved], QUEUE, "a", START + HOUR / 2)) == {}
