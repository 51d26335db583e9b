"""Every rule on every case."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from benches.measuring import PROGRESS
from benches.releasing.cases import CASES, READINGS, Case
from benches.releasing.outcomes import End, Row, Status, row
from benches.releasing.peers import Rule, settings
from benches.releasing.serin_rule import serin
from benches.releasing.world import World

TUNING = 30
DECIDABLE = 1000
LONGEST_WAIT = 200
"""Readings that no other rule goes beyond."""
NEEDED = 6000
"""More requests than the judge ever takes; what comes after is not drawn for it."""
Setting = Mapping[str, float]


def ends(rule: Rule, case: str, seed: int, repetitions: int) -> list[End]:
    """How so many releases of a case end; a case's traffic is the same for every rule, as far as it is read."""
    random = np.random.default_rng([seed, zlib.crc32(case.encode())])
    found, of = CASES[case], _requests(rule, CASES[case])
    return [rule(World(found, random.spawn(1)[0], of)) for _ in range(repetitions)]


def rows(rule: Rule, seed: int, repetitions: int) -> dict[str, Row]:
    """One rule's row of each case, worked on side by side."""
    with ProcessPoolExecutor() as pool:
        results = pool.map(partial(_row, rule, seed, repetitions), CASES)
        return dict(zip(CASES, results, strict=True))


def _row(rule: Rule, seed: int, repetitions: int, case: str) -> Row:
    return row(ends(rule, case, seed, repetitions))


def best_settings(seed: int) -> dict[str, tuple[Setting, Rule]]:
    """Each other rule's best setting: the fewest wrong ends over all cases, on traffic that is not reported."""
    best = {}
    for name, tried in settings().items():
        PROGRESS.print(f"{len(tried)} settings of {name}")
        best[name] = min(tried, key=lambda setting: _wrong(setting[1], seed + 1))
    return best


def _wrong(rule: Rule, seed: int) -> float:
    """The mean share of wrong ends over all cases."""
    wrong = 0.0
    for case, kind in CASES.items():
        ended = ends(rule, case, seed, TUNING)
        wrong += sum(end.status not in _right(kind) for end in ended) / len(ended)
    return wrong / len(CASES)


def _right(case: Case) -> set[Status]:
    """How a case should end; where there are too few calls to know, holding is right too."""
    if not case.good:
        return {"held", "rolled_back"}
    return {"promoted", "held"} if case.requests < DECIDABLE else {"promoted"}


def _requests(rule: Rule, case: Case) -> int:
    return NEEDED if rule is serin else max(case.requests // READINGS, 5) * LONGEST_WAIT
