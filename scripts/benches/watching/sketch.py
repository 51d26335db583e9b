"""What counts on a grid are off by, beside exact ones: features of flights, and numbers with long tails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from benches.watching.flights import BEYOND_CAP
from serin.data.watching.aligned import aligned_categories, aligned_numbers
from serin.data.watching.counts import (
    CAP,
    CATEGORY_CAP,
    CategoryCounts,
    Counts,
    Floats,
    NumberCounts,
    category_counts,
    number_counts,
)
from serin.data.watching.distances import jensen_shannon, shares, wasserstein

ROWS, WINDOW = 1_000_000, 20_000
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
    errors["categories_30000"] = _error(_texts(random, ROWS), _texts(random, WINDOW))
    for name, draw in SHAPES.items():
        errors[name] = _error(pl.Series(draw(random, ROWS)), pl.Series(draw(random, WINDOW) * 1.2))
    return {"sketch_error": errors, "cap": CAP, "category_cap": CATEGORY_CAP}


def _error(reference: pl.Series, window: pl.Series) -> float:
    exact, sketched = (
        _distance([_counts(values, cap) for values in (reference, window)], cap)
        for cap in (_NO_CAP, CATEGORY_CAP if reference.dtype == pl.String else CAP)
    )
    return abs(exact - sketched)


def _texts(random: np.random.Generator, rows: int) -> pl.Series:
    """Thirty thousand categories, a few of them frequent."""
    return pl.Series((random.zipf(1.3, rows) % 30_000).astype(str))


def _counts(values: pl.Series, cap: int) -> Counts:
    counted = values.value_counts()
    counts = counted["count"].cast(pl.Int64).to_numpy()
    if values.dtype == pl.String:
        return category_counts(counted[values.name].to_list(), counts, cap=cap)
    return number_counts(counted[values.name].to_numpy(), counts, cap=cap)


def _distance(pair: Sequence[Counts], cap: int) -> float:
    numbers = [counts for counts in pair if isinstance(counts, NumberCounts)]
    categories = [counts for counts in pair if isinstance(counts, CategoryCounts)]
    if numbers:
        both = aligned_numbers(numbers, cap)
        return float(wasserstein(both.values, shares(both.counts[:1]), shares(both.counts[1:]))[0])
    both = aligned_categories(categories, cap)
    return float(jensen_shannon(shares(both.counts[:1]), shares(both.counts[1:]))[0])
