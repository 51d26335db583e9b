from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.domain.errors import NotFound
from serin.domain.releases import Live
from serin.services.describe_served import describe_served
from tests.builders import NOON, a_charter, a_version

CHARTER = a_charter()
MODEL = CHARTER.model


def says(path: str, *, live: bool = True) -> Mapping[str, Any]:
    """What is said at a path below `v2`, of a model whose version 2 is live, or of one that has none."""
    catalog, control = MemoryCatalog(), MemoryControl()
    if live:
        for number in (1, 2):
            catalog.register(a_version(number, classes=(False, True)))
        lease = control.acquire(MODEL, "rel1", NOON, timedelta(minutes=5))
        assert lease is not None
        control.finish(Live(MODEL, 2, "4", "rel1", lease.epoch, NOON), lease)
    return describe_served(path, CHARTER, catalog=catalog, control=control)


def test_a_model_that_is_live_is_ready_and_described() -> None:
    for path in ("health/ready", f"models/{MODEL}/ready", f"models/{MODEL}/versions/2/ready"):
        assert says(path)["ready"] is True
    for path in (f"models/{MODEL}", f"models/{MODEL}/versions/2"):
        described = says(path)
        assert (described["name"], described["versions"]) == (MODEL, ["2"])
        assert [tensor["name"] for tensor in described["inputs"]] == [item.name for item in CHARTER.inputs]
        assert [tensor["datatype"] for tensor in described["outputs"]] == ["BYTES", "BOOL", "FP64", "BYTES"]


def test_the_server_is_there_before_any_model_is() -> None:
    assert says("health/live", live=False) == {"live": True}
    assert says("", live=False)["name"] == "serin"
    for path in ("health/ready", f"models/{MODEL}", f"models/{MODEL}/ready"):
        with pytest.raises(NotFound, match="No model released"):
            says(path, live=False)


@pytest.mark.parametrize(
    "path", ["health", "models", "models/other", f"models/{MODEL}/versions/1", f"models/{MODEL}/x", "ready", "x/ready"]
)
def test_nothing_else_is_said(path: str) -> None:
    with pytest.raises(NotFound):
        says(path)
