"""Whether a live model has become so much worse that it is trained again: by its newest windows of matured truth."""

from __future__ import annotations

from collections.abc import Sequence

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.watching.performance import Performance, judge_performance
from serin.domain.judgement.watching.policy import WatchPolicy, for_performance

POOLED = 4
"""So many of the live version's newest windows are judged together: a loss that one cannot show, four may."""


def judge_loss(
    metric: str, windows: Sequence[Sample], reference: Sample, policy: WatchPolicy, *, higher_is_better: bool
) -> Performance:
    """The newest window, which shows what came at once, or else the newest four together, which show what came slowly.

    `windows` are those of the live version, oldest first; `reference` is where it was judged. Each has the error rate
    of the alarm of performance: what people are told of is a reason to train. Both are wrong together: simulated
    (`./scripts/bench monitoring --only streams`), few years in which nothing changes see either.
    """
    alpha, newest = for_performance(policy), together(windows[-1:])
    found = judge_performance(metric, newest, reference, alpha, higher_is_better=higher_is_better)
    if found.status == "LOSS" or len(windows) < 2:
        return found
    pooled = together(windows[-POOLED:])
    return judge_performance(metric, pooled, reference, alpha, higher_is_better=higher_is_better)


def together(samples: Sequence[Sample]) -> Sample:
    """The blocks of several windows, one after the other."""
    blocks = tuple(block for sample in samples for block in sample.blocks)
    return Sample(blocks, sum(sample.rows for sample in samples), samples[0].ordered if samples else False)
