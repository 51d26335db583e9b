"""What was measured of a challenger for its model card, beside its metrics and what decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.evidence import Sample

LEVEL = 0.95
"""An interval is for people to read; verdicts go by one-sided bounds."""


@dataclass(frozen=True)
class Estimate:
    """A number with its two-sided interval, from so many rows in so many blocks (days, entities or rows).

    Fewer than two blocks show no interval: `low` and `high` are None.
    """

    value: float
    rows: int
    blocks: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bin:
    """Rows whose scores lie together: what the model said on average, and what was so.

    For a class's probability `truth` is the share of rows that are of the class, for a number it is their mean; of
    several classes it is how often the likeliest one was right.
    """

    score: float
    truth: Estimate


@dataclass(frozen=True)
class FeatureGain:
    """How much worse the gate's metric becomes once the feature's values are dealt anew among the rows it is asked of.

    The rows are those that chose the trial, which the model did not see; it is not fitted again. So it is what this
    model relies on (Breiman 2001; Fisher et al. 2019), not what the feature could give. Positive is worse.
    """

    feature: str
    loss: Estimate


@dataclass(frozen=True)
class ViewCost:
    """What a feature view costs and gives: the same recipe fitted without it, judged on the same rows.

    `loss` is how much worse the gate's metric is without it, row by row on the judging rows; positive is worse.
    `cpu_s` is how many seconds of CPU the fit and the judging rows' scores take more with it.
    """

    view: str
    columns: int
    loss: Estimate
    cpu_s: float


@dataclass(frozen=True)
class CurvePoint:
    """What a fit on a share of the learnable rows showed on rows that it had not seen: a metric, as the gate has it."""

    share: float
    rows: int
    value: float


@dataclass(frozen=True)
class LearningCurve:
    """Points by share; `tenfold` is how much better the last is than the first, row by row on the same rows.

    `onward` is what `onward_rows` rows would gain over the last point, if the metric goes on to an end as a power of
    the rows: positive is better. Its interval holds the noise of the rows that judge, that of fits on few rows, and
    that a power fits the points about as well as others (`serin.learning.power_laws`).
    """

    metric: str
    judged: int
    points: tuple[CurvePoint, ...]
    tenfold: Estimate | None = None
    onward: Estimate | None = None
    onward_rows: int = 0


@dataclass(frozen=True)
class Measurements:
    """Of one run's challenger, beside its metrics (`serin.domain.runs.RunMetric`), which are those of its slices too.

    The bins are in the order of the scores, each with about as many rows. `curve` is what rows bring; None where there
    were too few, and of runs that are older.
    """

    model: str
    run: str
    calibration: tuple[Bin, ...] = ()
    metric: str = ""
    features: tuple[FeatureGain, ...] = ()
    views: tuple[ViewCost, ...] = ()
    curve: LearningCurve | None = None

    @property
    def calibration_error(self) -> float | None:
        """How far what was said lies from what was so, over all rows; None without bins."""
        rows = sum(part.truth.rows for part in self.calibration)
        if rows == 0:
            return None
        return sum(abs(part.score - part.truth.value) * part.truth.rows for part in self.calibration) / rows


def estimate_of(sample: Sample) -> Estimate | None:
    """The sample's mean with its interval; None where it has no number."""
    if not sample.blocks:
        return None
    sure = uncertain(sample)
    if sure is None:
        value = sum(sample.blocks) / len(sample.blocks)
        return Estimate(value, sample.rows, len(sample.blocks))
    tail = (1 - LEVEL) / 2
    return Estimate(sure.estimate, sample.rows, sure.blocks, sure.lower(tail), sure.upper(tail))


def ratio_of(parts: Sequence[tuple[float, int]]) -> Estimate | None:
    """A sum for each row, from parts that follow each other: the sum and the rows of each; None without rows.

    Each part has its share of the linearised ratio, so rows count the same in parts of few and of many rows.
    """
    parts = [part for part in parts if part[1]]
    rows = sum(of for _, of in parts)
    if not rows:
        return None
    ratio = sum(total for total, _ in parts) / rows
    blocks = tuple(ratio + (total - ratio * of) * len(parts) / rows for total, of in parts)
    return estimate_of(Sample(blocks, rows, ordered=True))
