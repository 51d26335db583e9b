"""Value at the share of positives that all labelled rows show, not at that of the days that judge.

What decisions bring hangs on how many rows are positive, and a fortnight's share is weather: on flights it alone makes
the value of 14 days uncertain by 2,000 per 1,000. The judging rows say what decisions bring for a positive and for a
negative row; how many of each there are, all rows of the training set say better (post-stratification; Cochran 1977,
5A.9).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.evidence import Sample
from serin.measures.arrays import Floats, Mask
from serin.measures.blocks import Blocks


@dataclass(frozen=True)
class Share:
    """The share of positives, and the variance of that estimate."""

    positive: float
    variance: float


def share_of(positive: Mask, blocks: Blocks) -> Share:
    """The share of positives among rows in these blocks."""
    share = uncertain(blocks.numbers(positive.astype(np.float64)))
    return Share(float(positive.mean()), 0.0 if share is None else share.error**2)


def at_share(values: Floats, positive: Mask, blocks: Blocks, share: Share) -> Sample:
    """The mean of the rows' values at that share of positives, one number a block.

    The mean of the rows where they are all of one class. What is not known of the share widens the bound.
    """
    if positive.all() or not positive.any():
        return blocks.numbers(values)
    count = blocks.count
    numbers, means = np.zeros(count), []
    for stratum, weight in ((positive, share.positive), (~positive, 1.0 - share.positive)):
        mean = float(values[stratum].mean())
        apart = np.bincount(blocks.of[stratum], values[stratum] - mean, minlength=count)
        numbers += weight * (mean + apart * (count / int(stratum.sum())))
        means.append(mean)
    sample = Sample(tuple(numbers.tolist()), len(values), blocks.ordered, blocks.inflation)
    measured = uncertain(sample)
    if measured is None or measured.error == 0.0:
        return sample
    unsure = (means[0] - means[1]) ** 2 * share.variance / measured.error**2
    return replace(sample, inflation=blocks.inflation * (1.0 + unsure))
