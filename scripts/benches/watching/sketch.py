"""What counts on a grid are off by, beside exact ones: features of flights, and numbers with long tails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from benches.watching.flights import BEYOND_CAP
from serin.data.watching.aligned import aligned_categories, aligned_numbers
from serin.data.watching.categories import category_counts
from serin.data.watching.counts import (
    CAP,
    CATEGORY_CAP,
    CategoryCounts,
    Counts,
    Floats,
    NumberCounts,
    number_counts,
)
from serin.data.watching.distances import shares, wasserstein
from serin.data.watching.statistics import of_categories

ROWS, WINDOW = 1_000_000, 20_000
TEXTS, SALTS = 30_000, 40
_SEED = 20130602
_NO_CAP = 1 << 40
Draw = Callable[[np.random.Generator, int], Floats]
SHAPES: Mapping[str, Draw] = {
    "normal": lambda random, rows: random.standard_normal(rows),
    "lognormal": lambda random, rows: np.exp(2 * random.standard_normal(rows)),
    "student_2": lambda random, rows: random.standard_t(2, rows),
    "outliers": lambda random, rows: np.where(random.random(rows) < 1e-5, 1e12, random.standard_normal(rows)),
    "two_scales": lambda random, rows: np.where(random.random(rows) < 0.5, 1e-3, 1e3) * random.standard_normal(rows),
}


def sketch_errors(whole: pl.DataFrame) -> dict[str, Any]:
    """How far the distance is off that is judged, a week of flights or 20,000 drawn rows against many."""
    errors: dict[str, float] = {}
    for name in BEYOND_CAP:
        errors[name] = _error(whole[name].drop_nulls(), whole[name].tail(6_500).drop_nulls())
    random = np.random.default_rng(_SEED)
    for name, draw in SHAPES.items():
        errors[name] = _error(pl.Series(draw(random, ROWS)), pl.Series(draw(random, WINDOW) * 1.2))
    texts = {name: _of_texts(random, moved) for name, moved in {"alike": 0, "moved": 3}.items()}
    errors["categories_30000"] = max(of["max"] for of in texts.values())
    return {
        "sketch_error": errors,
        "categories_30000": texts,
        "cap": CAP,
        "category_cap": CATEGORY_CAP,
    }


def _of_texts(random: np.random.Generator, moved: int) -> dict[str, float]:
    """How far off the distance of thirty thousand categories is, a few of them frequent, what it says it may be off by,
    and how often that holds: once for each of many hashes of the same texts. `moved` frequent ones are others now."""
    rows, window = (random.zipf(1.3, count) % TEXTS for count in (ROWS, WINDOW))
    window = np.where(window <= moved, TEXTS // 2 + window, window)
    counted = [np.unique(values, return_counts=True) for values in (rows, window)]
    errors, bounds = np.empty(SALTS), np.empty(SALTS)
    for salt in range(SALTS):
        pair = [
            category_counts([f"{number}-{salt}" for number in there], counts, cap=_NO_CAP) for there, counts in counted
        ]
        exact, _ = _distance(pair, _NO_CAP)
        sketched, bounds[salt] = _distance(pair, CATEGORY_CAP)
        errors[salt] = abs(exact - sketched)
    return {
        "distance": exact,
        "median": float(np.median(errors)),
        "max": float(errors.max()),
        "said": float(np.median(bounds)),
        "within_said": float(np.mean(errors <= bounds)),
    }


def _error(reference: pl.Series, window: pl.Series) -> float:
    exact, sketched = (
        _distance([_counts(values, cap) for values in (reference, window)], cap)[0] for cap in (_NO_CAP, CAP)
    )
    return abs(exact - sketched)


def _counts(values: pl.Series, cap: int) -> NumberCounts:
    counted = values.value_counts()
    return number_counts(counted[values.name].to_numpy(), counted["count"].cast(pl.Int64).to_numpy(), cap=cap)


def _distance(pair: Sequence[Counts], cap: int) -> tuple[float, float]:
    """The distance that is judged, and what it may be off by if it is of categories."""
    numbers = [counts for counts in pair if isinstance(counts, NumberCounts)]
    categories = [counts for counts in pair if isinstance(counts, CategoryCounts)]
    if numbers:
        both = aligned_numbers(numbers, cap)
        return float(wasserstein(both.values, shares(both.counts[:1]), shares(both.counts[1:]))[0]), 0.0
    both = aligned_categories(categories, cap)
    statistics, error = of_categories(both.counts[:1], both.counts[1:], both)
    return float(statistics["mix"][0]), float(error[0])
