"""The scorecard of an upload: how well a file kept its contract, in each of the four dimensions of quality."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serin.domain.contracts import DIMENSIONS, Dimension

WORST = 3


@dataclass(frozen=True)
class Judged:
    """One rule over one file: how many of the `rows` it looked at break it.

    A rule about the whole file looks at one thing, the file.
    """

    id: str
    dimension: Dimension
    rows: int
    broken: int

    @property
    def kept(self) -> float:
        """The share of what it looked at that keeps the rule, 0 to 1."""
        return 1 - self.broken / self.rows if self.rows else 1.0


@dataclass(frozen=True)
class Score:
    """One dimension: 100 times the mean, over its `rules`, of the share of rows that keep the rule.

    Every rule weighs the same, whatever its severity; a rule about the whole file is kept by all of it or by
    none. Rules that could not be judged do not count. Rounded down to hundredths, so 100 means that
    nothing breaks any rule. `worst` are the ids of the rules that are kept least, three at most.
    """

    value: float
    rules: int
    worst: tuple[str, ...] = ()


def scorecard(judged: Sequence[Judged]) -> Mapping[str, Score]:
    """The score of each dimension that has a rule, in the order accuracy, completeness, consistency, timeliness."""
    by_dimension = {name: [one for one in judged if one.dimension == name] for name in DIMENSIONS}
    return {name: _score(rules) for name, rules in by_dimension.items() if rules}


def _score(rules: Sequence[Judged]) -> Score:
    lost = math.fsum(one.broken / one.rows for one in rules if one.rows) / len(rules)
    # What is lost is rounded up: 1 row of 10 million is not nothing.
    value = (10_000 - math.ceil(lost * 10_000)) / 100
    broken = sorted((one for one in rules if one.broken), key=lambda one: (one.kept, one.id))
    return Score(value, len(rules), tuple(one.id for one in broken[:WORST]))
