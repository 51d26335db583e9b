"""What each row of the truth may do in a split: whether it judges, and which rows it must stay together with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from serin.data.contract.digests import Digests, row_digests
from serin.domain.copies import nearly_unique

JUDGES = "__judges"
GROUP = "__group"
ALIKE = "__alike"


def unlike(rows: pl.DataFrame, copied: pl.Series) -> tuple[int, int]:
    """How many distinct rows there are, copies aside, and how many once: of parts with all equal rows they add up."""
    return _unlike(row_digests(rows), copied.to_numpy())


def _unlike(digests: Digests, copies: npt.NDArray[np.bool_]) -> tuple[int, int]:
    _, counts = np.unique(digests[~copies], return_counts=True)
    return len(counts), int((counts == 1).sum())


def standing(rows: pl.DataFrame, copied: pl.Series) -> pl.DataFrame:
    """For each row, in order: whether it may judge (`__judges`: no copy may), and the number of its group (`__group`).

    Rows of one group are to lie on one side of every split. These are equal rows where the table, but for its copies,
    is nearly unique; and a copy with what it is a copy of, anywhere. Any other row is a group of its own.
    """
    digests, copies = row_digests(rows), copied.to_numpy()
    together = np.isin(digests, digests[copies]) | nearly_unique(*_unlike(digests, copies))
    groups = _groups(digests, together, np.arange(rows.height, dtype=np.int64))
    return pl.DataFrame({JUDGES: ~copies, GROUP: groups})


def standing_in_part(rows: pl.DataFrame, copied: pl.Series, numbers: pl.Series) -> pl.DataFrame:
    """The same of rows that are not all there are, though all equal ones are among them; `numbers` call them.

    `__group` is what it is unless the table is nearly unique, which `unlike` of all its parts says: then it is
    `__alike`.
    """
    digests, copies, called = row_digests(rows), copied.to_numpy(), numbers.cast(pl.Int64).to_numpy()
    groups = _groups(digests, np.isin(digests, digests[copies]), called)
    alike = _groups(digests, np.ones(rows.height, dtype=np.bool_), called)
    return pl.DataFrame({JUDGES: ~copies, GROUP: groups, ALIKE: alike})


def _groups(digests: Digests, together: npt.NDArray[np.bool_], numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Each row's own number, but of equal rows that are together the first one's."""
    groups = numbers.copy()
    _, firsts, places = np.unique(digests[together], return_index=True, return_inverse=True)
    groups[together] = groups[together][firsts][places]
    return groups
