"""Training sets, runs, trials and the gate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, product
from typing import Literal

from serin.domain.charter import Scalar, Search


@dataclass(frozen=True)
class TrainingSet:
    """A frozen snapshot for one model, sorted by moment, oldest first.

    `heads` are dataset → digest of its head; with the charter's and the code's digests they say
    how to make it again, and `id` is the digest of them all. Rows before `holdout_from` may be
    learnt from, the later ones judge. `parquet` is for people and engines, `columns` (.npz) is
    what the trainer reads. `definitions` are view → what names its items online. `copies` of the rows are copies of
    others, and never judge.
    """

    id: str
    model: str
    parquet: str
    columns: str
    columns_digest: str
    rows: int
    learnable: int
    heads: Mapping[str, str]
    charter: str
    code: str
    first: datetime
    last: datetime
    holdout_from: datetime
    definitions: Mapping[str, str] = field(default_factory=dict)
    copies: int = 0


@dataclass(frozen=True)
class Trial:
    """One set of hyperparameters to try; `number` counts from 1."""

    number: int
    params: Mapping[str, Scalar] = field(default_factory=dict)


def trials(search: Search) -> tuple[Trial, ...]:
    """Every combination of the search space in the charter's order, `search.trials` at most."""
    names = list(search.space)
    combinations = product(*(search.space[name] for name in names))
    chosen = [dict(zip(names, values, strict=True)) for values in islice(combinations, search.trials)]
    return tuple(Trial(number, params) for number, params in enumerate(chosen, start=1))


GREATER_IS_BETTER: Mapping[str, bool] = {
    "roc_auc": True,
    "accuracy": True,
    "log_loss": False,
    "brier": False,
    "rmse": False,
    "mae": False,
    "r2": True,
}
METRICS_OF_TASK: Mapping[str, tuple[str, ...]] = {
    "binary": ("roc_auc", "log_loss", "brier", "accuracy"),
    "multiclass": ("log_loss", "accuracy"),
    "regression": ("rmse", "mae", "r2"),
}


def is_better(metric: str, candidate: float, other: float) -> bool:
    """Whether `candidate` is strictly the better value of `metric`; never true of a value that is not a number."""
    return candidate > other if GREATER_IS_BETTER[metric] else candidate < other


@dataclass(frozen=True)
class TrialResult:
    """A fitted trial: its metrics on the newest learnable rows, which the fit did not see; none they cannot show."""

    trial: Trial
    metrics: Mapping[str, float]
    seconds: float


@dataclass(frozen=True)
class Contest:
    """Challenger and champion on the same holdout rows, which neither has learnt from.

    A metric the rows cannot show, such as roc_auc of one class, is left out.
    """

    rows: int
    challenger: Mapping[str, float]
    champion: Mapping[str, float] | None = None
    champion_version: int | None = None


@dataclass(frozen=True)
class Verdict:
    """The gate's answer and its reasons, one sentence for each check."""

    outcome: Literal["pass", "fail", "inconclusive"]
    reasons: tuple[str, ...]


MINIMUM_CONTEST_ROWS = 200


def gate(contest: Contest, floors: Mapping[str, float], metric: str) -> Verdict:
    """Whether a challenger may become a version: every floor reached, and better than the champion by `metric`.

    Too few common rows is inconclusive: no evidence is never a pass.
    """
    if contest.rows < MINIMUM_CONTEST_ROWS:
        found = f"{contest.rows} rows that neither model has learnt from; {MINIMUM_CONTEST_ROWS} are needed"
        return Verdict("inconclusive", (found,))
    checks = [_floor(name, floor, contest.challenger) for name, floor in floors.items()]
    checks.append(_against_champion(contest, metric))
    outcome: Literal["pass", "fail"] = "pass" if all(ok for ok, _ in checks) else "fail"
    return Verdict(outcome, tuple(reason for _, reason in checks))


def _floor(name: str, floor: float, metrics: Mapping[str, float]) -> tuple[bool, str]:
    found = metrics.get(name, math.nan)
    ok = found == floor or is_better(name, found, floor)
    return ok, f"{name} {found:.4f} {'reaches' if ok else 'misses'} the floor {floor:g}"


def _against_champion(contest: Contest, metric: str) -> tuple[bool, str]:
    found = contest.challenger.get(metric, math.nan)
    if contest.champion is None:
        return True, "no champion yet"
    champion = contest.champion.get(metric, math.nan)
    ok = is_better(metric, found, champion)
    comparison = "better than" if ok else "not better than"
    return ok, f"{metric} {found:.4f} is {comparison} {champion:.4f} of version {contest.champion_version}"


@dataclass(frozen=True)
class Run:
    """One training, from cause to verdict. `id` names its execution, `correlation` is what it all began with.

    `kept_from_judging` counts the rows of its training set that neither choose a trial nor judge the winner, by why.
    """

    id: str
    model: str
    cause: str
    status: Literal["running", "skipped", "failed", "rejected", "registered"]
    at: datetime
    training_set: str | None = None
    trials: tuple[TrialResult, ...] = ()
    best: Trial | None = None
    contest: Contest | None = None
    verdict: Verdict | None = None
    version: int | None = None
    reason: str | None = None
    correlation: str | None = None
    kept_from_judging: Mapping[str, int] = field(default_factory=dict)
