"""State is written soon after the cloud has come to rest, and now and then while it does not."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from infra.local.state.keeper import Keeper
from tests.waiting import wait_until


@dataclass
class Cloud:
    """What a keeper looks at."""

    stamp: int = 0
    rests: bool = True
    takes_s: float = 0.0
    monotonic_s: float = 0.0
    saved: list[int] = field(default_factory=list)

    def save(self) -> None:
        """Remember what was saved."""
        self.monotonic_s += self.takes_s
        self.saved.append(self.stamp)

    def keeper(self) -> Keeper:
        """One with seconds easily counted."""
        ports = self.save, lambda: self.stamp, lambda: self.rests
        return Keeper(*ports, look_s=0.01, longest_s=10.0, monotonic_s=lambda: self.monotonic_s)


def test_a_change_is_saved_once() -> None:
    cloud = Cloud(stamp=1)
    keeper = cloud.keeper()
    for now in range(3):
        keeper.look(now)
    assert cloud.saved == [1]


def test_a_busy_cloud_is_saved_when_it_rests() -> None:
    cloud = Cloud(stamp=1, rests=False)
    keeper = cloud.keeper()
    keeper.look(0.0)
    assert cloud.saved == []
    cloud.rests = True
    keeper.look(1.0)
    assert cloud.saved == [1]


def test_a_cloud_that_never_rests_is_saved_all_the_same() -> None:
    cloud = Cloud(rests=False)
    keeper = cloud.keeper()
    for now in range(31):
        cloud.stamp += 1
        keeper.look(now)
    assert cloud.saved == [11, 22]


def test_saving_takes_a_small_part_of_the_time() -> None:
    cloud = Cloud(stamp=1, takes_s=0.2)
    keeper = cloud.keeper()
    keeper.look(0.0)
    cloud.stamp = 2
    keeper.look(1.9)
    assert cloud.saved == [1]
    keeper.look(10.0)
    assert cloud.saved == [1, 2]


def test_its_thread_looks_by_itself_and_ends() -> None:
    cloud = Cloud(stamp=1)
    keeper = cloud.keeper()
    keeper.start()
    assert wait_until(lambda: cloud.saved)
    keeper.stop()
    assert cloud.saved == [1]
    assert "state" not in {thread.name for thread in threading.enumerate()}
