"""What a contest showed, as its judge reads it: one number a block, aggregated from rows by `serin.learning.scores`.

A block is what counts as one independent observation: a day of rows, an entity's rows, or a row. Rows of one day share
their weather and are not so many pieces of evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Sample:
    """A statistic as one number a block; its estimate is their mean, its uncertainty follows from their spread.

    The numbers are pseudo-values: the estimate plus the block's share of its linearisation. So rows count the same in
    blocks of few and of many rows, and statistics that are no mean of rows (roc_auc, rmse) have them too.
    `ordered` blocks follow each other in time, oldest first, and neighbours may be correlated; others are independent.
    `inflation` multiplies the variance of the mean: above 1 where something else is uncertain too, or where blocks were
    judged by models that share rows they learnt from, as the folds of a cross-validation do (Nadeau and Bengio 2003).
    """

    blocks: tuple[float, ...]
    rows: int
    ordered: bool = False
    inflation: float = 1.0


@dataclass(frozen=True)
class SliceEvidence:
    """How much better the challenger is on the rows where a column has one value, in `metric`; negative is worse.

    Better than the champion or, where there is none, than the trivial answer.
    """

    column: str
    value: str
    metric: str
    gain: Sample


@dataclass(frozen=True)
class ValueEvidence:
    """What acting on the challenger's scores brings per 1,000 predictions, in the charter's unit.

    At the share of positives of all labelled rows: that of the judging days is mostly weather. It acts from `threshold`
    on. `trivial` is the better of never and always acting; both were chosen on validation
    rows, which do not judge. `over_champion` is None where there is no champion. `brought` is the value itself, at the
    judging rows' own share of positives.
    """

    threshold: float
    trivial: Literal["never", "always"]
    over_trivial: Sample
    over_champion: Sample | None = None
    brought: Sample | None = None


@dataclass(frozen=True)
class Evidence:
    """A challenger, a champion if there is one and the trivial answer on the same rows, which none has learnt from.

    `metrics` are the challenger's, by name; one the rows cannot show is left out. `over_trivial` and `over_champion`
    are how much better the challenger is in the gate's metric: positive is better, whichever way the metric runs. The
    trivial answer is the learnt rows' base rates, or their mean.

    `within_days` is the gain over the champion when both are told how often each day's label was positive, so that what
    they tell apart within a day is left: probabilities of two classes, judged by days. None for all else.
    """

    metrics: Mapping[str, Sample]
    over_trivial: Sample
    over_champion: Sample | None = None
    champion_version: int | None = None
    within_days: Sample | None = None
    slices: Sequence[SliceEvidence] = ()
    value: ValueEvidence | None = None
