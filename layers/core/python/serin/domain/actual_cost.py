"""What a model has cost, from what Lambda billed and the trainings took: by version, with how sure a month is."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from serin.domain.experiments import Run
from serin.domain.invocations import Invocation
from serin.domain.judgement.evidence import Sample
from serin.domain.measurements import Estimate, estimate_of, ratio_of
from serin.domain.prices import calls_cost

BATCHES = 7
"""A span is cut into so many parts of one length, a week into days. Their spread says how sure the whole is, for calls
that follow each other are alike: cold starts come together, and nights are quiet (batch means; Schmeiser 1982)."""
MONTH = timedelta(days=30)
_THOUSAND = 1000


@dataclass(frozen=True)
class VersionCost:
    """What one function version has cost in USD, releases' own calls included.

    `usd` is for the `calls` that were billed; of `unbilled` ones the platform's report has not come, so their cost is
    not known. `per_1000` is of a thousand calls like these; without an interval where they lie in one part of the
    span, and None where none was billed. `training_usd` is what the training that made the model version took, whenever
    that was; None where no run says so.
    """

    function_version: str
    version: int | None
    calls: int
    unbilled: int
    usd: float
    per_1000: Estimate | None = None
    training_usd: float | None = None


@dataclass(frozen=True)
class ActualCost:
    """What a model's calls have cost from `since` on and before `until`, in USD, the dearest version first.

    `month` is what calls like these cost in 30 days; its `rows` are the calls. `trainings` began in the 30 days before
    `until` and took `trainings_usd`, and `expected` is both together, beside the charter's `budget` of a month; None
    where nothing was billed. `files_left_out` are files of the log, older than `since`, that were too many to read.
    """

    model: str
    since: datetime
    until: datetime
    versions: tuple[VersionCost, ...]
    usd: float
    month: Estimate | None
    trainings: int
    trainings_usd: float
    expected: Estimate | None
    budget: float | None = None
    files_left_out: int = 0

    @property
    def a_day(self) -> int:
        """How many calls a day there were, those of which no bill has come included; a part of one is one."""
        calls = sum(version.calls + version.unbilled for version in self.versions)
        return math.ceil(calls * timedelta(days=1) / max(self.until - self.since, timedelta(seconds=1)))

    @property
    def of_budget(self) -> float | None:
        """The share of the budget that a month is expected to take; None without either."""
        if self.expected is None or not self.budget:
            return None
        return self.expected.value / self.budget


def actual_cost(
    model: str,
    span: tuple[datetime, datetime],
    invocations: Sequence[Invocation],
    versions: Mapping[str, int],
    runs: Sequence[Run],
    trained_by: Mapping[int, float],
    budget: float | None = None,
    files_left_out: int = 0,
) -> ActualCost:
    """What these invocations of the `span`, from its begin to before its end, and these trainings come to.

    `versions` says which model version a function version holds, `trained_by` what its training cost.
    """
    by_version: dict[str, list[Invocation]] = defaultdict(list)
    for invocation in invocations:
        by_version[invocation.function_version].append(invocation)
    costs = [_version(name, versions.get(name), group, span, trained_by) for name, group in by_version.items()]
    month, trainings = _month(invocations, span), sum(run.usd for run in runs)
    return ActualCost(
        *(model, *span, tuple(sorted(costs, key=lambda one: (-one.usd, one.function_version)))),
        *(sum(one.usd for one in costs), month, len(runs), trainings),
        *(None if month is None else _moved(month, trainings), budget, files_left_out),
    )


def usd_of(invocations: Iterable[Invocation]) -> float:
    """What Lambda asks for these; nothing for those of which no bill is known."""
    billed = [one.gb_seconds for one in invocations if one.gb_seconds is not None]
    return calls_cost(len(billed), sum(billed))


def _version(
    name: str,
    version: int | None,
    group: Sequence[Invocation],
    span: tuple[datetime, datetime],
    trained_by: Mapping[int, float],
) -> VersionCost:
    billed = [one for one in group if one.gb_seconds is not None]
    trained = None if version is None else trained_by.get(version)
    return VersionCost(
        *(name, version, len(billed), len(group) - len(billed)),
        *(usd_of(billed), _per_1000(billed, span), trained),
    )


def _per_1000(billed: Sequence[Invocation], span: tuple[datetime, datetime]) -> Estimate | None:
    return _never_negative(ratio_of([(_THOUSAND * usd_of(part), len(part)) for part in _parts(billed, span)]))


def _month(invocations: Sequence[Invocation], span: tuple[datetime, datetime]) -> Estimate | None:
    billed = [one for one in invocations if one.gb_seconds is not None]
    if not billed:
        return None
    times = MONTH * BATCHES / (span[1] - span[0])
    blocks = tuple(usd_of(part) * times for part in _parts(billed, span))
    return _never_negative(estimate_of(Sample(blocks, len(billed), ordered=True)))


def _parts(invocations: Sequence[Invocation], span: tuple[datetime, datetime]) -> list[list[Invocation]]:
    begin, length = span[0], (span[1] - span[0]) / BATCHES
    parts: list[list[Invocation]] = [[] for _ in range(BATCHES)]
    for one in invocations:
        parts[min(BATCHES - 1, max(0, (one.at - begin) // length))].append(one)
    return parts


def _never_negative(estimate: Estimate | None) -> Estimate | None:
    if estimate is None or estimate.low is None:
        return estimate
    return replace(estimate, low=max(0.0, estimate.low))


def _moved(estimate: Estimate, by: float) -> Estimate:
    """The estimate and so much more, which is known."""
    low, high = (None if end is None else end + by for end in (estimate.low, estimate.high))
    return replace(estimate, value=estimate.value + by, low=low, high=high)
