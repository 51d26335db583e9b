"""The clock as the functions' processes read it."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.local.clock import VirtualClock
from serin.adapters.clock import SharedClock, SystemClock
from serin.bootstrap import Platform
from tests.unit.local.clock.conftest import START


def nothing() -> None:
    """Everything rests at once."""


def test_other_processes_read_the_same_time(clock: VirtualClock, tmp_path: Path) -> None:
    clock.share(tmp_path / "clock")
    shared = SharedClock(tmp_path / "clock")
    assert abs(shared.now() - clock.now()) < timedelta(seconds=5)
    seen: list[datetime] = []
    moment = START + timedelta(days=3, microseconds=1234)
    clock.call_at(moment.timestamp(), lambda _moment: seen.append(shared.now()))
    clock.advance(START + timedelta(days=30), nothing)
    assert abs(seen[0] - moment) <= timedelta(microseconds=1)
    assert abs(shared.now() - clock.now()) < timedelta(seconds=5)
    assert (tmp_path / "clock").stat().st_size == struct.calcsize("q")


def test_a_function_reads_the_shared_clock_where_there_is_one(clock: VirtualClock, tmp_path: Path) -> None:
    clock.share(tmp_path / "clock")
    found = Platform({"SERIN_CLOCK_FILE": str(tmp_path / "clock")}).clock
    assert abs(found.now() - START) < timedelta(seconds=5)
    assert isinstance(Platform({}).clock, SystemClock)
    assert abs(Platform({}).clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_time_before_the_epoch_is_shared_too(tmp_path: Path) -> None:
    clock = VirtualClock(datetime(1960, 1, 1, tzinfo=UTC))
    clock.share(tmp_path / "clock")
    assert SharedClock(tmp_path / "clock").now().year == 1960
