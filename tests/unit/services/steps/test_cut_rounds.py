from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from benches.scaling.worlds import DAY, RandomWorld, in_pieces
from serin.domain import cut_sizes
from serin.services.steps import cut_rounds

WAYS = [(0, True, 7, None), (1, False, 2, DAY), (2, True, 64, 30 * DAY), (3, False, 1, 30 * DAY), (4, True, 2, DAY)]
HARDLY_ANY = {3, 4}
"""The worlds whose pieces have room for some dozens of rows: they hand over each cell in many files."""


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "keyed", "buckets", "slab"), WAYS)
def test_a_training_set_is_the_same_bytes_however_it_is_cut(
    seed: int, keyed: bool, buckets: int, slab: timedelta | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All ways, of as many tables as one likes: `./scripts/bench scale --worlds 100`."""
    world, chance = RandomWorld(seed, keyed), Random(seed)
    whole, cuts = world.whole(), world.cuts(buckets, slab, chance)
    if seed in HARDLY_ANY:
        monkeypatch.setattr(cut_sizes, "ROOM", 8_000)
        monkeypatch.setattr(cut_rounds, "refuse_crowded", lambda *_: None)
    assert in_pieces(world.cut(cuts), chance) == whole, (
        f"seed {seed}, keyed {keyed}, {buckets} buckets, slabs of {slab}"
    )
