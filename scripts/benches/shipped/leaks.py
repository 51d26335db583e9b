"""Columns that say the label, planted into tables that were honest."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

PLANTED = "planted"
SECOND = "planted_too"
_SEED = 20130401


def planted(content: bytes, label: str, kind: str) -> bytes:
    """The CSV with the leak's column behind its own, or two that are the label together."""
    frame = pl.read_csv(io.BytesIO(content), infer_schema=False, null_values=["NA", ""])
    columns = _KINDS[kind](frame[label], np.random.default_rng(_SEED))
    return frame.with_columns(columns).write_csv().encode()


def _numbers(label: pl.Series) -> pl.Series:
    return label.cast(pl.Float64)


def _copied(label: pl.Series, _: np.random.Generator) -> list[pl.Series]:
    return [label.alias(PLANTED)]


def _scaled(label: pl.Series, _: np.random.Generator) -> list[pl.Series]:
    return [(_numbers(label) * 0.453592).alias(PLANTED)]


def _shifted(label: pl.Series, _: np.random.Generator) -> list[pl.Series]:
    return [(_numbers(label) + 273.15).alias(PLANTED)]


def _summed(label: pl.Series, chance: np.random.Generator) -> list[pl.Series]:
    share = pl.Series(chance.uniform(0.2, 0.8, label.len()))
    first = (_numbers(label) * share).round(3)
    return [first.alias(PLANTED), (_numbers(label) - first).round(3).alias(SECOND)]


def _as_text(label: pl.Series, _: np.random.Generator) -> list[pl.Series]:
    return [("kind " + label).alias(PLANTED)]


def _afterwards(label: pl.Series, chance: np.random.Generator) -> list[pl.Series]:
    """A letter that nearly all of the rarer class get, and nobody else: sent when it was decided."""
    rarer = label.drop_nulls().value_counts().sort("count")[label.name][0]
    sent = (label == rarer) & pl.Series(chance.uniform(size=label.len()) < 0.98)
    return [pl.DataFrame({PLANTED: sent}).select(pl.when(PLANTED).then(pl.lit("sent"))).to_series().alias(PLANTED)]


_KINDS: Mapping[str, Callable[[pl.Series, np.random.Generator], list[pl.Series]]] = {
    "copied": _copied,
    "scaled": _scaled,
    "shifted": _shifted,
    "summed": _summed,
    "encoded as text": _as_text,
    "known afterwards": _afterwards,
}
