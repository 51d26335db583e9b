"""Tables asked of the reference, the offline join, the online items and the HTTP route: how often they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any

from benches.knowing.naive import NAIVE, Rule
from benches.knowing.tables import START, STEP, STEPS, Row, random_uploads, shops
from benches.knowing.world import VIEWS, Values, World
from serin.domain.known import Version, known_at

TABLES = 100
"""Tables that are one dataset: what is in one must change nothing in another."""
_ROUNDS, _SHOPS = 4, 60
Question = tuple[datetime, str]


@dataclass
class Tally:
    """What was asked, and how often an answer was not the reference's; `told` are the first of these."""

    tables: int = 0
    moments: int = 0
    values: int = 0
    filled: Counter[tuple[str, str]] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def compare(self, who: str, question: Question, expected: Values, answer: Values) -> None:
        """Count the answer of one who must say what the reference says; to the bit, and in the same type."""
        if answer.keys() != expected.keys():
            raise ValueError(f"{who} answered {sorted(answer)}")
        self.values += len(answer)
        for name, value in expected.items():
            if not _same(value, answer[name]):
                self.different[who] += 1
                self.told.append(f"{who}: {'.'.join(name)} of {question}: {answer[name]!r}, right is {value!r}")

    def figures(self) -> dict[str, Any]:
        """For people and for JSON."""
        return {
            "tables": self.tables,
            "moments": self.moments,
            "values": self.values,
            "differences": self.different.total(),
            "caught": {name: self.caught[name] for name in NAIVE},
        }


def run(tables: int, seed: int) -> Tally:
    """So many tables from a seed on, `TABLES` at a time."""
    tally = Tally()
    for number in range(-(-tables // TABLES)):
        _World(tally, seed + number).run()
    return tally


class _World:
    """Tables of one seed: uploaded bit by bit as time passes, and asked in between."""

    def __init__(self, tally: Tally, seed: int) -> None:
        self._tally, self._chance = tally, Random(seed)
        self._keyed = self._chance.random() < 0.8
        self._world = World(keyed=self._keyed, small=self._chance.choice([0, 1_000_000]))

    def run(self) -> None:
        chance = self._chance
        tables = [random_uploads(chance, number, self._keyed) for number in range(TABLES)]
        times = sorted(START + STEP * chance.randint(-10, STEPS) for _ in range(_ROUNDS))
        waiting: list[str] = []
        for place, (now, until) in enumerate(pairwise([*times, START + STEP * (STEPS + 20)])):
            self._world.clock.moment = now
            rows = [row for table in tables for row in (table[place] if place < len(table) else ())]
            waiting.append(self._world.upload(rows))
            # Late, in any order, and some twice.
            for upload in chance.sample(waiting, len(waiting)) + chance.sample(waiting, 1):
                self._world.build(upload)
            waiting = chance.sample(waiting, 1)
            self._ask_online(self._moments(now, until))
        ends = START + STEP * (STEPS + 20)
        self._ask_offline([*self._moments(START - STEP * 3, ends), *self._moments(START, ends)])
        self._tally.tables += TABLES

    def _moments(self, begin: datetime, end: datetime) -> list[datetime]:
        """On the grid and off it."""
        on_grid = begin + STEP * self._chance.randint(0, (end - begin) // STEP)
        return sorted([on_grid, begin + (end - begin) * self._chance.random()])

    def _shops(self) -> list[str]:
        return self._chance.sample([shop for number in range(TABLES) for shop in shops(number)], _SHOPS)

    def _ask_online(self, moments: Sequence[datetime]) -> None:
        for moment in moments:
            asked = self._shops()
            self._world.clock.moment = moment
            expected = [self._expected((moment, shop)) for shop in asked]
            for who, answers in (("online", self._world.served(asked)), ("http", self._world.told(asked))):
                for shop, right, answer in zip(asked, expected, answers, strict=True):
                    self._tally.compare(who, (moment, shop), right, answer)
            self._tally.moments += 1

    def _ask_offline(self, moments: Sequence[datetime]) -> None:
        asked = [(moment, shop) for moment in moments for shop in self._shops()]
        self._chance.shuffle(asked)
        for question, answer in zip(asked, self._world.joined(asked), strict=True):
            right = self._expected(question)
            self._tally.compare("offline", question, right, answer)
            self._tally.filled.update(name for name, value in right.items() if value is not None)
            for name, rule in NAIVE.items():
                self._tally.caught[name] += not all(map(_same, right.values(), self._by(rule, question).values()))
        self._tally.moments += len(moments)

    def _expected(self, question: Question) -> Values:
        return self._by(known_at, question)

    def _by(self, rule: Rule, question: Question) -> Values:
        moment, shop = question
        versions = self._versions()[shop[:-1]]
        answers = ((view.name, rule(view, versions, (shop,), moment)) for view in VIEWS)
        return {(view, name): value for view, values in answers for name, value in values.items()}

    def _versions(self) -> Mapping[str, Sequence[Version]]:
        """By table: what is in one says nothing of another."""
        rows = self._world.rows
        if self._known != len(rows):
            self._by_table = {str(number): list(_versions(rows, number, self._keyed)) for number in range(TABLES)}
            self._known = len(rows)
        return self._by_table

    _known = -1
    _by_table: Mapping[str, Sequence[Version]] = {}


def _versions(rows: Sequence[Row], number: int, keyed: bool) -> Iterator[Version]:
    for row in rows:
        if row.id // 100 == number:
            values = {"length": row.length, "open": row.open, "takings": row.takings}
            yield Version(row.id if keyed else None, (row.shop,), row.seen_at, row.created, values)


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)
