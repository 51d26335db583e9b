"""How much one column, or two combined, says about the label: skill on rows that were not fitted on.

Skill is 1 - loss / loss of the trivial answer: by log loss for classes, by squared error for numbers (R2). A column is
read as a step function over 64 ranges of equally many rows, or over its values where they are few; for numbers also as
a straight line, which finds scaled copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from serin.domain.charter import Task
from serin.measures.arrays import Floats, Labels

RANGES = 64
CATEGORIES = 256
ROWS_A_RANGE = 20
MOST_COMBINED = 16
_MOSTLY = 0.9
_NUMBER = r"([-+]?\d+(?:\.\d+)?)"
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Candidate:
    """Values made of one or two columns, a number a row, NaN where there is none; `said` is what they are, in words."""

    names: tuple[str, ...]
    said: str
    values: Floats


@dataclass(frozen=True, eq=False)
class Halves:
    """Labels as class numbers from 0 on, or as numbers; the places of rows that teach, and of rows that confirm."""

    task: Task
    label: Floats
    learnt: Labels
    held: Labels

    def skill_of(self, values: Floats) -> float:
        """What values say of the label by themselves."""
        first, second = _ranges(values[self.learnt], values[self.held])
        if self.task != "regression":
            return self.skill_of_shares(_shares(first, second, self.label[self.learnt].astype(np.intp), self._classes))
        steps = _means(first, second, self.label[self.learnt])
        return max(self.skill_of_numbers(steps), self.skill_of_numbers(self._line(values)))

    def skill_of_shares(self, shares: Floats) -> float:
        """What probabilities of each class, a row of them for each row that confirms, say."""
        held = self.label[self.held].astype(np.intp)
        base = np.bincount(self.label[self.learnt].astype(np.intp), minlength=self._classes) / len(self.learnt)
        trivial = _surprise(base[held])
        return 0.0 if trivial <= _TINY else 1.0 - _surprise(shares[np.arange(len(held)), held]) / trivial

    def skill_of_numbers(self, answers: Floats) -> float:
        """What answers for the rows that confirm say."""
        held = self.label[self.held]
        trivial = float(np.square(held - self.label[self.learnt].mean()).mean())
        return 0.0 if trivial <= _TINY else 1.0 - float(np.square(held - answers).mean()) / trivial

    def thinner(self, rows: int) -> Halves:
        """At most so many rows on each side."""
        step = [places[:: max(1, len(places) // rows)] for places in (self.learnt, self.held)]
        return Halves(self.task, self.label, step[0], step[1])

    @property
    def _classes(self) -> int:
        return int(self.label.max()) + 1

    def _line(self, values: Floats) -> Floats:
        x, y = values[self.learnt], self.label[self.learnt]
        known = np.isfinite(x)
        spread = float(np.var(x[known])) if known.any() else 0.0
        slope = float(np.mean((x[known] - x[known].mean()) * (y[known] - y[known].mean()))) / spread if spread else 0.0
        start = float(y[known].mean() - slope * x[known].mean()) if known.any() else 0.0
        return np.where(np.isfinite(values[self.held]), start + slope * values[self.held], y.mean())


def single_columns(table: pd.DataFrame) -> Iterator[Candidate]:
    """Each column by itself: numbers, texts by a number for each text, and the number in texts that hold one."""
    for name in table.columns:
        column = table[name]
        if is_numeric_dtype(column):
            yield Candidate((name,), name, column.to_numpy(np.float64))
            continue
        codes = pd.factorize(column)[0].astype(np.float64)
        yield Candidate((name,), name, np.where(codes < 0, np.nan, codes))
        numbers = column.astype("string").str.extract(_NUMBER, expand=False).astype("float64")
        if column.notna().any() and numbers.notna().sum() >= _MOSTLY * column.notna().sum():
            values: Floats = np.asarray(numbers.to_numpy(np.float64, na_value=np.nan), dtype=np.float64)
            yield Candidate((name,), f"the number in {name}", values)


def combined_columns(table: pd.DataFrame, first: Sequence[str]) -> Iterator[Candidate]:
    """The sum, difference, product and ratio of two number columns; of many columns, those named `first`."""
    numeric = [name for name in first if is_numeric_dtype(table[name])][:MOST_COMBINED]
    for left, right in combinations(numeric, 2):
        a, b = table[left].to_numpy(np.float64), table[right].to_numpy(np.float64)
        for name, values in _combined(left, right, a, b):
            yield Candidate((left, right), name, values)


def _combined(left: str, right: str, a: Floats, b: Floats) -> list[tuple[str, Floats]]:
    """What is made of two columns; a number beyond the largest float is infinite, and is no value then."""
    with np.errstate(over="ignore"):
        sums = [(f"{left} + {right}", a + b), (f"{left} - {right}", a - b), (f"{left} * {right}", a * b)]
        return [*sums, (f"{left} / {right}", _ratio(a, b)), (f"{right} / {left}", _ratio(b, a))]


def _ratio(above: Floats, below: Floats) -> Floats:
    ratios: Floats = np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0)
    return ratios


def _ranges(learnt: Floats, held: Floats) -> tuple[Labels, Labels]:
    """A small number for each value: 0 for none or one that was never learnt, among few values one each."""
    known = learnt[np.isfinite(learnt)]
    values = np.unique(known)
    if len(values) <= CATEGORIES and len(values) * 4 <= len(known):
        return _places(learnt, values), _places(held, values)
    ranges = int(np.clip(len(known) // ROWS_A_RANGE, 1, RANGES))
    edges = np.unique(np.quantile(known, np.arange(1, ranges) / ranges)) if len(known) else known
    return _between(learnt, edges), _between(held, edges)


def _places(values: Floats, known: Floats) -> Labels:
    if len(known) == 0:
        return np.zeros(len(values), dtype=np.intp)
    place = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.where(known[place] == values, place + 1, 0)


def _between(values: Floats, edges: Floats) -> Labels:
    return np.where(np.isfinite(values), np.searchsorted(edges, values) + 1, 0)


def _shares(learnt: Labels, held: Labels, label: Labels, classes: int) -> Floats:
    """Each class's share in a row's range, drawn towards its share everywhere as if by one more row."""
    counts = np.zeros((int(max(learnt.max(), held.max())) + 1, classes))
    np.add.at(counts, (learnt, label), 1.0)
    counts += np.bincount(label, minlength=classes) / len(label)
    shares: Floats = (counts / counts.sum(axis=1, keepdims=True))[held]
    return shares


def _means(learnt: Labels, held: Labels, label: Floats) -> Floats:
    size = int(max(learnt.max(), held.max())) + 1
    rows = np.bincount(learnt, minlength=size) + 1.0
    means: Floats = ((np.bincount(learnt, weights=label, minlength=size) + label.mean()) / rows)[held]
    return means


def _surprise(probability: Floats) -> float:
    return float(-np.log(np.clip(probability, _TINY, 1.0)).mean())
