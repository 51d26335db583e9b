"""Whose turn it is: all that may come next is drawn by its weight, until it is an invocation's turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Generic, TypeVar

from benches.schedules.faults import Chance

Move = Callable[[], None]
Moves = Sequence[tuple[float, Move]]
R = TypeVar("R")


class Turns(Generic[R]):
    """Draws the moves of one schedule, at most `most` of them; after `stormy` of them nothing goes wrong any more."""

    def __init__(self, random: Random, chance: Chance, moves: Callable[[], Moves], stormy: int, most: int) -> None:
        self._random, self._chance, self._moves, self._stormy, self._most = random, chance, moves, stormy, most
        self.moved = 0
        self.next: R | None = None

    @property
    def endless(self) -> bool:
        """Whether it has moved as often as it may."""
        return self.moved >= self._most

    def let(self, running: R) -> None:
        """Its turn is next."""
        self.next = running

    def take(self) -> R | None:
        """Whose turn is next, which is taken."""
        running, self.next = self.next, None
        return running

    def move(self) -> bool:
        """Make one move; False when there is nothing to do, or no end."""
        moves = self._moves()
        if not moves or self.endless:
            return False
        self.moved += 1
        self._chance.calm |= self.moved >= self._stormy
        self._random.choices(moves, [weight for weight, _ in moves])[0][1]()
        return True

    def choose(self) -> bool:
        """Make moves until it is an invocation's turn, which is next; False when none will come."""
        while self.next is None:
            if not self.move():
                return False
        return True

    def stays(self, running: R) -> bool:
        """Whether it is this one's turn, once all has happened that comes before anybody's."""
        self.choose()
        mine = self.next is running
        self.next = None if mine else self.next
        return mine
