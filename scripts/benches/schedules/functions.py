"""The functions' own handlers, each invocation with a platform of its own."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from benches.hostile.handlers import load
from benches.schedules.baton import Invocation
from benches.schedules.faults import Chance
from benches.schedules.model import CONTRACTS, code
from benches.schedules.ports import Step, Stepping, SteppingObjects, SteppingOnline, step_of
from benches.schedules.trace import Trace
from benches.schedules.world import Stores, World
from serin.adapters.memory.world import MemoryClock, MemoryMessages
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.services.build_features import FeatureBuilder
from serin.services.compact_dataset import compact_dataset

# More than any schedule has at work at once.
MOST_AT_ONCE = 8
Port = Callable[[Any, Step], Any]


@dataclass(frozen=True)
class Subject:
    """What is looked at: the platform as it is, or with an effect that is wrong in the place of one of its own."""

    name: str = "serin"
    stores: Callable[[], Stores] = Stores
    catalog: Port = lambda port, step: Stepping("catalog", port, step)
    online: Port = SteppingOnline
    events: Port = lambda port, step: Stepping("events", port, step)
    accept_upload: Callable[..., Any] | None = None
    chance: Callable[[Random], Chance] = Chance
    steps: Callable[[Invocation, Chance, Trace], Step] = step_of


SERIN = Subject()


@dataclass(frozen=True)
class Platform:
    """What `serin.bootstrap.Platform` is to these two functions."""

    uploads: Any
    lake: Any
    artifacts: Any
    catalog: Any
    online: Any
    upload_messages: Any
    events: Any
    clock: Any
    charters: Mapping[str, Charter]
    model: str
    contracts: Mapping[str, Contract] = field(default_factory=lambda: CONTRACTS)
    stage: str = "bench"
    model_function: Callable[[str], Callable[..., Any]] = code


def platform_of(world: World, charter: Charter, subject: Subject, step: Step, skew: timedelta) -> Platform:
    """The world as one invocation sees it, whose machine's clock goes wrong by `skew`."""
    stores = world.stores
    return Platform(
        SteppingObjects("uploads", stores.uploads, step),
        SteppingObjects("lake", stores.lake, step),
        SteppingObjects("artifacts", stores.artifacts, step),
        subject.catalog(stores.catalog, step),
        subject.online(stores.online, step),
        MemoryMessages(),
        subject.events(world, step),
        MemoryClock(world.clock.now() + skew),
        {charter.model: charter},
        charter.model,
    )


class Functions:
    """accept_upload and build_features; the platform is the one of the thread that calls."""

    def __init__(self, subject: Subject = SERIN) -> None:
        self.subject = subject
        self.threads = ThreadPoolExecutor(MOST_AT_ONCE, "invocation")
        self._local = threading.local()
        self._accept: Any = load("accept_upload")
        self._build: Any = load("build_features")
        if subject.accept_upload is not None:
            self._accept.accept_upload = subject.accept_upload
        # Schedules are of few uploads: they are joined as soon as there are two.
        self._accept.compact_dataset = partial(compact_dataset, fan_in=2)
        # So few rows would be read whole with every upload.
        self._build.FeatureBuilder = partial(FeatureBuilder, small=0, growth=math.inf)
        for module in (self._accept, self._build):
            module.platform = lambda: self._local.platform

    def accept(self, platform: Platform, records: Sequence[Mapping[str, Any]]) -> set[str]:
        """Take in a batch of the queue's records; the ids of those that failed."""
        self._local.platform = platform
        answer = self._accept.handle({"Records": records}, None)
        return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}

    def build(self, platform: Platform, event: Mapping[str, Any]) -> None:
        """Build the features of an upload; raises what went wrong."""
        self._local.platform = platform
        self._build.handle(event, None)
