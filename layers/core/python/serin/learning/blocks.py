"""Rows to blocks: what counts as one observation, and one number for each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.policy import Block
from serin.learning.columns import Floats, Mask

Ids = npt.NDArray[np.intp]
_DAY = 86_400.0


class Blocks:
    """The block of each row. Blocks are numbered from 0 on; days are counted back from the newest row, 24 hours each.

    A calendar day would leave a part of a day at each end, and a part of a day is less sure than a whole one.
    """

    def __init__(self, block: Block, moment: Floats, entity: npt.NDArray[np.int64]) -> None:
        keys = {"day": _days_back, "entity": lambda _, of: of, "row": _places}[block](moment, entity)
        self.of: Ids = np.unique(keys, return_inverse=True)[1].astype(np.intp)
        self.block, self.ordered = block, block == "day"
        self.count = len(np.unique(self.of))

    def numbers(self, values: Floats, rows: Mask | None = None) -> Sample:
        """One number a block such that their mean is the mean of the values: each row counts the same.

        The values are those of all rows, or of some; blocks without such a row are left out. The numbers are those of a
        linearised ratio (Cochran 1977, 6.3).
        """
        if len(values) == 0:
            return Sample((), 0, self.ordered)
        _, of = np.unique(self.of if rows is None else self.of[rows], return_inverse=True)
        mean = float(values.mean())
        apart = np.bincount(of, weights=values - mean)
        found = mean + apart * (len(apart) / len(values))
        return Sample(tuple(found.tolist()), len(values), self.ordered)


def _days_back(moment: Floats, _: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    if len(moment) == 0:
        return moment
    # What is asked a whole number of days before the newest row ends a day, so that 14 days are 14 blocks.
    back: Floats = -np.maximum(np.ceil((moment.max() - moment) / _DAY), 1.0)
    return back


def _places(moment: Floats, _: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.arange(len(moment), dtype=np.int64)
