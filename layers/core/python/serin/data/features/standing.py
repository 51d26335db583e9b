"""What each row of the truth may do in a split: whether it judges, and which rows it must stay together with."""

from __future__ import annotations

import numpy as np
import polars as pl

from serin.data.contract.digests import Digests, row_digests
from serin.domain.copies import NEARLY_UNIQUE

JUDGES = "__judges"
GROUP = "__group"


def standing(rows: pl.DataFrame, copied: pl.Series) -> pl.DataFrame:
    """For each row, in order: whether it may judge (`__judges`: no copy may), and the number of its group (`__group`).

    Rows of one group are to lie on one side of every split. These are equal rows where the table, but for its copies,
    is nearly unique; and a copy with what it is a copy of, anywhere. Any other row is a group of its own.
    """
    digests, copies = row_digests(rows), copied.to_numpy()
    groups = np.arange(rows.height, dtype=np.int64)
    together = np.isin(digests, digests[copies]) | _nearly_unique(digests[~copies])
    _, firsts, places = np.unique(digests[together], return_index=True, return_inverse=True)
    groups[together] = groups[together][firsts][places]
    return pl.DataFrame({JUDGES: ~copies, GROUP: groups})


def _nearly_unique(digests: Digests) -> bool:
    """Whether nearly all of the distinct rows are there once."""
    _, counts = np.unique(digests, return_counts=True)
    return len(counts) > 0 and float((counts == 1).mean()) >= NEARLY_UNIQUE
