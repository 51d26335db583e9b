"""From the scores of a contest to the evidence its judge reads: rows become blocks here."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from serin.domain.charter import Scalar, Task
from serin.domain.classes import positive_of
from serin.domain.experiments import Contest
from serin.domain.judgement.evidence import Evidence, Sample, SliceEvidence, ValueEvidence
from serin.domain.judgement.policy import Requirements
from serin.domain.judgement.viability import break_even
from serin.domain.metrics import GREATER_IS_BETTER, METRICS_OF_TASK, VALUE
from serin.learning.columns import LabelledRows
from serin.learning.evaluation import metrics
from serin.learning.levels import at_level
from serin.learning.scores import Scores
from serin.learning.shares import at_share, share_of
from serin.measures.arrays import Floats, Labels, Mask
from serin.measures.blocks import Blocks, fewer_blocks
from serin.measures.decisions import choose, decided, trivially
from serin.measures.influence import row_values

_PER = 1000.0
_LAST_BITS = 1e-9
_OF_PROBABILITIES = frozenset({"log_loss", "brier"})


@dataclass(frozen=True, eq=False)
class Contested:
    """The judging rows: what they are, and what the challenger, the champion and the trivial answer say of them."""

    task: Task
    asked: Requirements
    label: Labels
    classes: Sequence[Scalar]
    blocks: Blocks
    challenger: Floats
    champion: Floats | None
    trivial: Floats

    def gained(self, metric: str, over: Floats, rows: Mask | None = None) -> Floats:
        """How much better the challenger is on each row, or each of some rows, by a metric; positive is better."""
        chosen = slice(None) if rows is None else rows
        label = self.label[chosen]
        ours = row_values(self.task, metric, label, self.challenger[chosen], self.classes)
        theirs = row_values(self.task, metric, label, over[chosen], self.classes)
        return ours - theirs if GREATER_IS_BETTER[metric] else theirs - ours


def evidence_of(
    task: Task,
    asked: Requirements,
    columns: LabelledRows,
    learnt: Mask,
    scores: Scores,
    champion_threshold: float | None = None,
    *,
    inflation: float = 1.0,
) -> Evidence:
    """What the scores show of the challenger, block by block.

    `columns` is the training set, `learnt` the rows of it that the challenger learnt from: the trivial answer is made
    of their labels. `champion_threshold` is where the champion acts from; without one it acts at break-even.
    `inflation` is that of the splits the rows were scored in.
    """
    rows, metric = scores.rows, asked.gate.metric
    contested = Contested(
        task=task,
        asked=asked,
        label=columns.label[rows],
        classes=scores.classes,
        blocks=Blocks(asked.gate.block, columns.moment[rows], columns.entity[rows], rows, inflation),
        challenger=scores.challenger,
        champion=scores.champion,
        trivial=_snapped(
            trivial_scores(task, metric, columns.label[learnt], scores.classes, len(rows)), scores.challenger
        ),
    )
    over = None if scores.champion is None else contested.blocks.numbers(contested.gained(metric, scores.champion))
    return Evidence(
        metrics=_metrics(contested),
        over_trivial=contested.blocks.numbers(contested.gained(metric, contested.trivial)),
        over_champion=over,
        champion_version=scores.champion_version,
        within_days=_within_days(contested),
        slices=tuple(_slices(contested, columns, scores)),
        value=_value(contested, columns, scores, champion_threshold),
    )


def _within_days(contested: Contested) -> Sample | None:
    """See `Evidence`; metrics that are no mean of rows' own losses would not gain by it."""
    champion, metric, blocks = contested.champion, contested.asked.gate.metric, contested.blocks
    if champion is None or contested.task != "binary" or metric not in _OF_PROBABILITIES or blocks.block != "day":
        return None
    positive = contested.label == positive_of(contested.classes)
    ours, theirs = (at_level(score, positive, blocks.of) for score in (contested.challenger, champion))
    told = replace(contested, challenger=ours)
    return blocks.numbers(told.gained(metric, theirs))


def samples_of(evidence: Evidence) -> dict[str, Sample]:
    """What the challenger showed, metric by metric and its value: what it is held against once it is live."""
    value = evidence.value.brought if evidence.value else None
    samples = dict(evidence.metrics) if value is None else {**evidence.metrics, VALUE: value}
    return {name: fewer_blocks(sample) for name, sample in samples.items()}


def contest_of(
    scores: Scores, task: Task, threshold: float | None, samples: Mapping[str, Sample] | None = None
) -> Contest:
    """The contest's metrics, for people; one that the rows cannot show is left out."""
    champion = None if scores.champion is None else _shown(task, scores, scores.champion)
    challenger = _shown(task, scores, scores.challenger)
    positive = positive_of(scores.classes) if task == "binary" else None
    classes = () if task == "regression" else tuple(scores.classes)
    return Contest(
        len(scores.label), challenger, champion, scores.champion_version, threshold, positive, classes, samples or {}
    )


def _shown(task: Task, scores: Scores, score: Floats) -> dict[str, float]:
    shown = metrics(task, scores.label, score, scores.classes)
    return {name: value for name, value in shown.items() if math.isfinite(value)}


def trivial_scores(task: Task, metric: str, learnt: Labels, classes: Sequence[Scalar], rows: int) -> Floats:
    """The best answer that looks at nothing: the classes' shares, the mean or, for mae, the median."""
    if task == "regression":
        middle = np.median(learnt) if metric == "mae" else np.mean(learnt)
        return np.full(rows, float(middle))
    if task == "binary":
        return np.full(rows, float((learnt == positive_of(classes)).mean()))
    return np.tile([float((learnt == value).mean()) for value in classes], (rows, 1))


def _snapped(trivial: Floats, challenger: Floats) -> Floats:
    """The trivial answer; where a challenger says the same but for its last bits, it says the very same."""
    return np.where(np.isclose(challenger, trivial, rtol=_LAST_BITS, atol=0.0), challenger, trivial)


def _metrics(contested: Contested) -> dict[str, Sample]:
    measured = {}
    for name in METRICS_OF_TASK[contested.task]:
        values = row_values(contested.task, name, contested.label, contested.challenger, contested.classes)
        if len(values) and np.isfinite(values).all():
            measured[name] = contested.blocks.numbers(values)
    return measured


def _slices(contested: Contested, columns: LabelledRows, scores: Scores) -> Iterator[SliceEvidence]:
    other = contested.trivial if contested.champion is None else contested.champion
    for column, margin in contested.asked.slices.items():
        values = columns.slices[column][scores.rows]
        for value in np.unique(values):
            its = values == value
            gain = contested.blocks.numbers(contested.gained(margin.metric, other, its), its)
            yield SliceEvidence(column, str(value), margin.metric, gain)


def _value(
    contested: Contested, columns: LabelledRows, scores: Scores, champion_threshold: float | None
) -> ValueEvidence | None:
    if contested.asked.value is None or scores.validation is None:
        return None
    matrix, labels = contested.asked.value.matrix, columns.label == positive_of(scores.classes)
    positive, validated = labels[scores.rows], labels[scores.validation.rows]
    chosen = choose(validated, scores.validation.score, matrix)
    ours = decided(positive, contested.challenger, chosen.threshold, matrix)
    share = share_of(labels, Blocks(contested.blocks.block, columns.moment, columns.entity))

    def over(others: Floats) -> Sample:
        return at_share(_PER * (ours - others), positive, contested.blocks, share)

    trivial, champion = over(trivially(positive, chosen.trivial, matrix)), None
    if contested.champion is not None:
        acts_from = break_even(matrix) if champion_threshold is None else champion_threshold
        champion = over(decided(positive, contested.champion, acts_from, matrix))
    brought = contested.blocks.numbers(_PER * ours)
    return ValueEvidence(chosen.threshold, chosen.trivial, trivial, champion, brought)
