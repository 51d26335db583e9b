"""Looks that die, come twice or meet each other: no row is lost and none is doubled. Seeds are in the tests' names."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from serin.domain.sources import SourceObject
from serin.services.acquire import Acquirer
from tests.unit.services.acquiring import BUCKET, Shop, shuffled_with_duplicates
from tests.unit.services.ports_that_crash import Crash, Fuse

SCHEDULES = 40
Guard = Callable[[Any], Any]


@pytest.mark.parametrize("after", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_look_that_dies_at_any_call_loses_and_doubles_nothing(after: bool) -> None:
    at, burnt = 1, True
    while burnt:
        shop = Shop()
        shop.sources.page = 2
        ids = [order for key in ("a", "b/a", "c") for order in shop.write(f"shop/{key}.csv", 2)]
        fuse = Fuse(at, after)
        try:
            shop.look(guard=fuse.guard)
        except Crash:
            shop.look()
        burnt, at = fuse.burnt, at + 1
        shop.deliver(shop.sources.copies)
        assert shop.rows() == dict.fromkeys(ids, 1), f"it died at call {at - 1}"
    assert at > 8, "the test looked at nothing"


def test_a_look_that_died_between_copy_and_marker_copies_again_to_the_same_key_and_makes_no_new_rows() -> None:
    shop = Shop()
    ids = shop.write("shop/a.csv", 3)
    calls = Fuse(99)
    with pytest.raises(Crash):
        shop.look(guard=lambda port: _Dying(port, "note_acquired"))
    shop.look(guard=calls.guard)
    (first, second) = shop.sources.copies
    assert first[0] == second[0]
    assert first[1] != second[1]
    shop.deliver(shop.sources.copies)
    assert shop.rows() == dict.fromkeys(ids, 1)
    assert len(shop.catalog.parts("orders")) == 1


class _Dying:
    def __init__(self, port: Any, at: str) -> None:
        self._port, self._at = port, at

    def __getattr__(self, name: str) -> Any:
        if name == self._at:
            raise Crash
        return getattr(self._port, name)


class _Meeting:
    """A port during whose n-th call another look happens as a whole; counted over all ports of the look."""

    def __init__(self, port: Any, count: list[int], at: int, other: Callable[[], object]) -> None:
        self._port, self._count, self._at, self._other = port, count, at, other

    def __getattr__(self, name: str) -> Any:
        self._count[0] += 1
        if self._count[0] == self._at:
            self._other()
        return getattr(self._port, name)


def schedule(seed: int, acquirer: type[Acquirer] = Acquirer) -> tuple[Shop, set[int]]:
    """Days on which objects come, change and go while looks die, run out of time, come twice and meet; then a calm one.

    Gives the world after it, and the orders that must be in the dataset: those of objects that are there at the end.
    """
    rng = random.Random(seed)
    shop, there = Shop(), dict[str, set[int]]()
    shop.sources.page = rng.choice([1, 2, 3, 1000])
    delivered = 0
    for _ in range(rng.randint(2, 6)):
        for _ in range(rng.randint(0, 4)):
            _change(shop, there, rng)
        for _ in range(rng.choice([1, 1, 2])):  # the schedule's event may come twice
            _disturbed_look(shop, rng, acquirer, there)
        if rng.random() < 0.7:
            new, delivered = shop.sources.copies[delivered:], len(shop.sources.copies)
            shop.deliver(shuffled_with_duplicates(new, rng))
    for _ in range(2):  # the first may go on where another stopped, the second begins at the front
        shop.look(acquirer=acquirer)
    shop.deliver(shuffled_with_duplicates(shop.sources.copies, rng))
    return shop, set().union(*there.values())


def _change(shop: Shop, there: dict[str, set[int]], rng: random.Random) -> None:
    key = f"shop/{rng.choice('abc')}/{rng.choice('xyz')}.csv"
    if key in there and rng.random() < 0.2:
        shop.sources.delete(BUCKET, key)
        del there[key]
    else:
        there[key] = set(shop.write(key, rng.randint(1, 3)))


def _disturbed_look(shop: Shop, rng: random.Random, acquirer: type[Acquirer], there: dict[str, set[int]]) -> None:
    count, objects = [0], rng.randint(0, 6)
    left = iter([True] * objects)
    other: Callable[[], object] = lambda: shop.look("other", acquirer=acquirer)  # noqa: E731
    if rng.random() < 0.3:
        other = lambda: _change(shop, there, rng)  # noqa: E731
    meeting = rng.randint(1, 12)
    fuse = Fuse(rng.randint(1, 14), after=rng.random() < 0.5)
    guards: dict[str, Guard] = {
        "calm": lambda port: port,
        "dies": fuse.guard,
        "meets": lambda port: _Meeting(port, count, meeting, other),
        "meets and dies": lambda port: fuse.guard(_Meeting(port, count, meeting, other)),
    }
    try:
        shop.look(
            guard=guards[rng.choice(list(guards))],
            may_go_on=(lambda: next(left, False)) if rng.random() < 0.3 else lambda: True,
            acquirer=acquirer,
        )
    except Crash:
        return


def faults(shop: Shop, expected: set[int]) -> tuple[set[int], set[int]]:
    """The orders that were lost, and those that were doubled."""
    rows = shop.rows()
    return expected - rows.keys(), {order for order, times in rows.items() if times > 1}


@pytest.mark.parametrize(("first", "last"), [(0, 3), pytest.param(3, SCHEDULES, marks=pytest.mark.slow)])
def test_in_no_schedule_a_row_is_lost_or_doubled(first: int, last: int) -> None:
    again = 0
    for seed in range(first, last):
        shop, expected = schedule(seed)
        assert faults(shop, expected) == (set(), set()), f"seed {seed}"
        keys = [key for key, _ in shop.sources.copies]
        again += len(keys) - len(set(keys))
    assert again, "nothing was copied twice: the schedules disturb nobody"


class MarkerFirst(Acquirer):
    """Marks an object before it is copied."""

    def _copy(self, item: SourceObject) -> None:
        nothing = Quiet(self.sources)
        Acquirer(
            self.dataset,
            self.source,
            self.run,
            sources=nothing,
            catalog=self.catalog,
            clock=self.clock,
            may_go_on=self.may_go_on,
            tell=lambda _: None,
        )._copy(item)
        super()._copy(item)


class Quiet:
    """Sources that say they copied and did not."""

    def __init__(self, sources: Any) -> None:
        self.listing = sources.listing

    def copy(self, bucket: str, item: SourceObject, raw: str) -> str | None:
        return None


class ByKey(Acquirer):
    """Takes an object for known once anything was copied from its key."""

    def _known(self, objects: tuple[SourceObject, ...]) -> dict[str, Any]:
        known = super()._known(objects)
        return {key: Everything() for key in known}


class Everything:
    """A marker of whatever stands at its key."""

    def is_of(self, item: SourceObject) -> bool:
        return True


@pytest.mark.slow
@pytest.mark.parametrize("careless", [MarkerFirst, ByKey])
def test_the_same_schedules_catch_a_careless_look(careless: type[Acquirer]) -> None:
    assert any(faults(*schedule(seed, careless))[0] for seed in range(SCHEDULES))
