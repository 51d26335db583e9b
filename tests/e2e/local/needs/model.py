"""Needs as data: what holds on AWS, and the patches of moto that each are needed for it.

@needed("moto.sqs.models.Queue.delete_message")
def a_message_that_arrives_during_a_delete_stays(cloud: LocalCloud) -> None:
    ...
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.cloud import LocalCloud
from infra.local.moto_patches.registry import PATCHES
from infra.local.services.all import every_service
from tests.waiting import PATIENCE_S

Attempt = Callable[[LocalCloud], None]


@dataclass(frozen=True)
class Need:
    """A fact; `attempt` raises when it does not hold, and leaves nothing behind when it does."""

    attempt: Attempt
    patches: tuple[str, ...]
    alone: bool
    """Whether it is tried on a cloud of its own: one that starts without the patch, or that is not at rest after it."""

    @property
    def name(self) -> str:
        """The fact."""
        return self.attempt.__name__.replace("_", " ")


_needs: list[Need] = []


def needed(*titles: str, alone: bool = False) -> Callable[[Attempt], Attempt]:
    """Declare that the decorated attempt fails when any one of these patches is taken away."""

    def declare(attempt: Attempt) -> Attempt:
        _needs.append(Need(attempt, titles, alone))
        return attempt

    return declare


def needs() -> tuple[Need, ...]:
    """Every need of every file beside this one."""
    for file in sorted(Path(__file__).parent.glob("*.py")):
        importlib.import_module(f"tests.e2e.local.needs.{file.stem}")
    return tuple(_needs)


_missing: list[str] = []


@contextmanager
def without(title: str) -> Iterator[None]:
    """moto's own behaviour in this place for the time of the block, also for a cloud that is started in it."""
    every_service()
    (patch,) = [one for one in PATCHES if one.title == title]
    place = PATCHES.index(patch)
    patch.revert()
    del PATCHES[place]
    _missing.append(title)
    try:
        yield
    finally:
        _missing.remove(title)
        PATCHES.insert(place, patch)
        patch.apply()


def patience_s() -> float:
    """How long to wait for what should come: not long where a patch is missing and it may never come."""
    return 1.5 if _missing else PATIENCE_S


class Meanwhile:
    """What another does while somebody is in the middle of something.

    `here()` is where the first comes by: he goes on when the other is done, or is plainly kept waiting.
    """

    def __init__(self, action: Callable[[], object]) -> None:
        self._thread = threading.Thread(target=action, daemon=True)
        self._first = threading.Lock()

    def here(self) -> None:
        """Let the other begin; only the first time."""
        if self._first.acquire(blocking=False):
            self._thread.start()
            self._thread.join(_KEPT_WAITING_S)

    def over(self) -> None:
        """Wait until the other is done."""
        self._thread.join(patience_s())
        assert not self._thread.is_alive()


_KEPT_WAITING_S = 0.2
