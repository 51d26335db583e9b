"""Whether a live model has become so much worse that it is trained again: by its newest windows of matured truth."""

from __future__ import annotations

from collections.abc import Sequence

from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.watching.performance import Performance, judge_performance
from serin.domain.judgement.watching.policy import YEAR, WatchPolicy

POOLED = 4
"""So many of the live version's newest windows are judged together: a loss that one cannot show, four may."""


FALSE_TRAININGS = 0.02
"""In so many of the years in which windows are alike a training may begin by what truth shows. In simulated years whose
rows become harder and easier with the seasons, and nothing else changes, it was 6 of 100 (at .05 it was 9)."""


def training_alpha(policy: WatchPolicy) -> float:
    """How likely each of the two tests at the end of a window may begin a training for nothing.

    The tests of a year add up to `FALSE_TRAININGS`, however they depend on each other (Bonferroni): people are told of
    a loss sooner than a model is trained for it.
    """
    return FALSE_TRAININGS * min(policy.window / YEAR, 1.0) / 2


def judge_loss(
    metric: str, windows: Sequence[Sample], reference: Sample, alpha: float, *, higher_is_better: bool
) -> Performance:
    """The newest window, which shows what came at once, or else the newest four together, which show what came slowly.

    `windows` are those of the live version, oldest first; `reference` is where it was judged. Each is judged at the
    error rate `alpha`.
    """
    newest = together(windows[-1:])
    loss = judge_performance(metric, newest, reference, alpha, higher_is_better=higher_is_better)
    if loss.status == "LOSS" or len(windows) < 2:
        return loss
    return judge_performance(metric, together(windows[-POOLED:]), reference, alpha, higher_is_better=higher_is_better)


def together(samples: Sequence[Sample]) -> Sample:
    """The blocks of several windows, one after the other."""
    blocks = tuple(block for sample in samples for block in sample.blocks)
    return Sample(blocks, sum(sample.rows for sample in samples), samples[0].ordered if samples else False)
