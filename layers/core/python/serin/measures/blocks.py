"""Rows to blocks: what counts as one observation, and one number for each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.policy import Block
from serin.measures.arrays import Floats, Mask

Ids = npt.NDArray[np.intp]
Places = npt.NDArray[np.int64]
MOST_KEPT = 60
_DAY = 86_400.0


class Blocks:
    """The block of each row. Blocks are numbered from 0 on; days are counted back from the newest row, 24 hours each.

    A calendar day would leave a part of a day at each end, and a part of a day is less sure than a whole one. A row
    that judges several times, by its `place`, is one block. `inflation` is that of `Sample`.
    """

    def __init__(
        self, block: Block, moment: Floats, entity: Places, place: Places | None = None, inflation: float = 1.0
    ) -> None:
        keys = {"day": _days_back(moment), "entity": entity, "row": np.arange(len(moment)) if place is None else place}
        self.of: Ids = np.unique(keys[block], return_inverse=True)[1].astype(np.intp)
        self.block, self.ordered, self.inflation = block, block == "day", inflation
        self.count = len(np.unique(self.of))

    def numbers(self, values: Floats, rows: Mask | None = None) -> Sample:
        """One number a block such that their mean is the mean of the values: each row counts the same.

        The values are those of all rows, or of some; blocks without such a row are left out. The numbers are those of a
        linearised ratio (Cochran 1977, 6.3).
        """
        if len(values) == 0:
            return Sample((), 0, self.ordered, self.inflation)
        _, of = np.unique(self.of if rows is None else self.of[rows], return_inverse=True)
        mean = float(values.mean())
        apart = np.bincount(of, weights=values - mean)
        around_mean = mean + apart * (len(apart) / len(values))
        return Sample(tuple(around_mean.tolist()), len(values), self.ordered, self.inflation)


def fewer_blocks(sample: Sample, most: int = MOST_KEPT) -> Sample:
    """The same mean from at most so many blocks, for who keeps it: neighbours put together, which loses no order."""
    count = len(sample.blocks)
    if count <= most:
        return sample
    of = np.arange(count) * most // count
    mean = float(np.mean(sample.blocks))
    apart = np.bincount(of, weights=np.asarray(sample.blocks) - mean)
    return replace(sample, blocks=tuple((mean + apart * (most / count)).tolist()))


def _days_back(moment: Floats) -> Floats:
    if len(moment) == 0:
        return moment
    # What is asked a whole number of days before the newest row ends a day, so that 14 days are 14 blocks.
    back: Floats = -np.maximum(np.ceil((moment.max() - moment) / _DAY), 1.0)
    return back
