"""Rows that the walk set aside: listed, exported, corrected, sent in, and gone. After test_walk, which counts them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from serin.domain.errors import NotFound
from serin_cli import quarantine as commands
from serin_cli.client import Client
from serin_cli.command_line.app import result_of
from tests.e2e.conftest import Walked


@pytest.fixture
def called(walked: Walked, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command, connected to the platform that was walked."""

    @contextmanager
    def connected() -> Iterator[Client]:
        yield walked.client

    monkeypatch.setattr(commands, "connected", connected)
    return lambda *words: result_of("quarantine", *words, "--json")


def test_an_impossible_wind_is_listed_exported_corrected_and_then_gone(
    walked: Walked, called: Any, tmp_path: Path
) -> None:
    (row,) = called("list", "weather")
    assert (row["rules"], row["values"]["wind_speed"]) == (["weather.wind_speed.range"], "1048.36058")
    file = tmp_path / "weather-corrected.csv"
    told = called("export", "weather", "--to", str(file)).result
    assert (told["rows"], told["next"]) == (1, f"Correct the rows and ./scripts/serin upload weather {file}")
    file.write_text(file.read_text().replace("1048.36058", "10.36"))
    rows = walked.client.get("/datasets/weather")["rows"]
    upload = walked.client.upload("weather", file)
    assert (upload["accepted"], upload["quarantined"], upload["corrected"]) == (1, 0, 1)
    assert walked.client.get("/datasets/weather")["rows"] == rows + 1
    with pytest.raises(NotFound, match="any more: all were corrected"):
        called("list", "weather")
    other = tmp_path / "again.csv"
    other.write_text(file.read_text().replace("10.36", "11.5"))
    again = walked.client.upload("weather", other)
    assert (again["status"], "came back before" in again["reason"]) == ("rejected", True)
    assert walked.client.get("/datasets/weather")["rows"] == rows + 1
