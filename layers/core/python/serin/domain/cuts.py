"""How a training set is cut into pieces: by hash, each once more on a function's own disk, and by time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class Cut:
    """Into `coarse` pieces by hash, each into `fine` ones on the function's disk; and by time into slabs.

    So many `slabs` that follow each other are one piece's, which takes them apart on its disk: what lies before the
    first is read once for all of them. Hashes are those of a key's canonical bytes (`serin.data.contract.digests`).
    """

    coarse: int = 1
    fine: int = 1
    slab: timedelta | None = None
    slabs: int = 1

    @property
    def span(self) -> timedelta | None:
        """How long the times of one piece last; None where time is not cut."""
        return None if self.slab is None else self.slab * self.slabs


@dataclass(frozen=True)
class Cuts:
    """`rows` are the cuts of datasets by their rows' primary key, `lookups` those by entity and time.

    `shard` is how long the moments of one shard of the training set last; None: they are one shard. So many `shards`
    that follow each other are one piece's. `files` is, by
    dataset, how many files of it are dealt by each piece.
    """

    rows: Mapping[str, Cut] = field(default_factory=dict)
    lookups: Mapping[str, Cut] = field(default_factory=dict)
    shard: timedelta | None = None
    files: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    shards: int = 1

    @property
    def stretch(self) -> timedelta | None:
        """How long the moments of one piece's shards last."""
        return None if self.shard is None else self.shard * self.shards
