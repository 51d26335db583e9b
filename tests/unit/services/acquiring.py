"""A world with a source: who looks, what arrives, and what has become of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.sources import MemorySources
from serin.adapters.memory.world import MemoryClock, MemoryEvents
from serin.data.files.parquet import from_parquet
from serin.domain.sources import Acquired, Acquisition, Source
from serin.services.accept_upload import Arrival, accept_upload
from serin.services.acquire import Acquirer
from tests.builders import NOON, a_contract

BUCKET, PREFIX = "acme", "shop/"
SOURCE = Source(BUCKET, PREFIX, timedelta(hours=1))


@dataclass
class Shop:
    """The world of one dataset, `orders`."""

    uploads: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    events: MemoryEvents = field(default_factory=MemoryEvents)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))
    told: list[Acquired] = field(default_factory=list)
    orders: int = 0

    def __post_init__(self) -> None:
        self.sources = MemorySources(self.uploads)
        self.sources.create(BUCKET)

    def write(self, key: str, rows: int = 1) -> list[int]:
        """Somebody puts a file of new orders into the source; their ids."""
        self.clock.advance(timedelta(seconds=1))
        ids = [self.orders + number for number in range(1, rows + 1)]
        self.orders += rows
        self.sources.write(BUCKET, key, csv(ids), self.clock.now())
        return ids

    def look(
        self,
        run: str = "run",
        source: Source = SOURCE,
        guard: Callable[[Any], Any] = lambda port: port,
        may_go_on: Callable[[], bool] = lambda: True,
        acquirer: type[Acquirer] = Acquirer,
    ) -> Acquisition:
        """One look at the source, through ports that `guard` may break."""
        return acquirer(
            "orders",
            source,
            run,
            sources=guard(self.sources),
            catalog=guard(self.catalog),
            clock=self.clock,
            may_go_on=may_go_on,
            tell=self.told.append,
        ).acquire()

    def deliver(self, copies: Iterable[tuple[str, str]]) -> None:
        """S3's events of these copies arrive."""
        for key, version in copies:
            arrival = Arrival(key, version, len(self.uploads.get(key, version)))
            accept_upload(
                arrival,
                {"orders": a_contract()},
                uploads=self.uploads,
                lake=self.lake,
                catalog=self.catalog,
                events=self.events,
                clock=self.clock,
            )

    def rows(self) -> Counter[int]:
        """How often each order is in the dataset."""
        parts = [part for part in self.catalog.parts("orders") if part.key]
        return Counter(order for part in parts for order in from_parquet(self.lake.get(part.key))["order_id"])


def csv(ids: Iterable[int]) -> bytes:
    """A file of these orders."""
    lines = [f"{order},2013-01-01T10:00:00Z,north,10,true\n" for order in ids]
    return ("order_id,at,shop,amount,late\n" + "".join(lines)).encode()


def shuffled_with_duplicates(copies: list[tuple[str, str]], rng: random.Random) -> list[tuple[str, str]]:
    """As S3 may deliver its events: in any order, some more than once."""
    sent = copies + [copy for copy in copies if rng.random() < 0.3]
    rng.shuffle(sent)
    return sent
