"""Columns that may be known only after the question was asked: a file cannot say so, but it can make one suspicious."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from serin.data.looks.associations import comes_with

ALMOST_THE_LABEL = 0.98


def suspects(rows: pl.DataFrame, label: str, inputs: Sequence[str]) -> dict[str, str]:
    """Input → why it may be known only afterwards; what is not named here may be so all the same."""
    labelled = rows.filter(pl.col(label).is_not_null())
    found: dict[str, str] = {}
    for name in inputs:
        if comes_with(rows[name], rows[label]):
            found[name] = f"empty in the rows without {label}"
        elif _almost_equal(labelled, label, name):
            found[name] = f"almost the same as {label}"
    return found


def _almost_equal(rows: pl.DataFrame, label: str, name: str) -> bool:
    if not (rows.schema[name].is_numeric() and rows.schema[label].is_numeric()):
        return False
    known = rows.select(label, name).drop_nulls()
    if known.height < 2 or known[name].n_unique() < 2 or known[label].n_unique() < 2:
        return False
    return bool(abs(known.select(pl.corr(label, name)).item()) >= ALMOST_THE_LABEL)
