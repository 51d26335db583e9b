from __future__ import annotations

from contextlib import nullcontext

import pytest

from serin.domain.errors import NotFound
from serin_cli import quality
from serin_cli.command_line.app import result_of
from serin_cli.lineage import live_version
from serin_cli.quarantine import set_aside


class Answering:
    """A platform with one model, one dataset and nothing in it."""

    def get(self, path: str) -> dict[str, object]:
        return {"items": [{"model": "m", "dataset": "orders"}]}

    def all(self, path: str, **_: str) -> list[dict[str, object]]:
        return []


def test_what_nobody_has_deployed_is_never_said_to_be_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Answering()
    monkeypatch.setattr(quality, "connected", lambda: nullcontext(client))
    with pytest.raises(NotFound, match="No model reads a dataset 'order'; there are: orders"):
        result_of("quality", "order")
    assert result_of("quality", "orders") == []
    with pytest.raises(NotFound, match="No model reads a dataset 'order'"):
        set_aside(client, "order", None)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="No rows of orders are in quarantine"):
        set_aside(client, "orders", None)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="There is no model 'n'; there are: m"):
        live_version(client, "n")  # type: ignore[arg-type]
