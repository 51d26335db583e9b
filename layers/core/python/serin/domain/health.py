"""How the versions behind an endpoint do: calls, failures, durations, cold starts, memory, and what they cost."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from serin.domain.actual_cost import usd_of
from serin.domain.invocations import Invocation, call_of


@dataclass(frozen=True)
class VersionHealth:
    """What one function version did. Milliseconds are None where no call has told of them.

    `calls` are callers', retries included; `failed` ended in an error of ours, `refused` in one of theirs (4xx).
    `start_ms` is how long a cold start takes beside its call, `cpu_ms` a call's time on the processor: both medians;
    `used_mb` is the most memory a call has used of `memory_mb`. `usd` is what Lambda asks for all its calls, those of
    releases and shadows included, of which there were `own_calls`. Calls that Lambda had no room for reach no version.
    """

    function_version: str
    version: int | None
    calls: int
    failed: int
    refused: int
    p50_ms: float | None
    p95_ms: float | None
    cold: int
    start_ms: float | None
    cpu_ms: float | None
    used_mb: int | None
    memory_mb: int | None
    usd: float
    own_calls: int = 0


@dataclass(frozen=True)
class Health:
    """The versions that were called from `since` on and before `until`, the one with most calls first.

    `files_left_out` are files of the log, older than `since`, that were too many to read: their calls are not counted.
    """

    model: str
    since: datetime
    until: datetime
    versions: tuple[VersionHealth, ...]
    files_left_out: int = 0


def health_of(invocations: Iterable[Invocation], versions: Mapping[str, int]) -> tuple[VersionHealth, ...]:
    """Each function version's share of these invocations; `versions` says which model version it holds."""
    groups: dict[str, list[Invocation]] = defaultdict(list)
    for invocation in invocations:
        groups[invocation.function_version].append(invocation)
    described = [_version(name, versions.get(name), group) for name, group in groups.items()]
    return tuple(sorted(described, key=lambda one: (-one.calls, one.function_version)))


def _version(name: str, version: int | None, group: Sequence[Invocation]) -> VersionHealth:
    calls = [one for one in group if one.purpose in {None, "traffic"}]
    outcomes = [call_of(one) for one in calls]
    refused = sum(outcome == "invalid" and one.answer is None for outcome, one in zip(outcomes, calls, strict=True))
    durations = sorted(one.ms for one in calls if one.ms is not None)
    starts = [one.start_ms for one in calls if one.start_ms is not None]
    return VersionHealth(
        function_version=name,
        version=version,
        calls=len(calls),
        failed=outcomes.count("failure"),
        refused=refused,
        p50_ms=_quantile(durations, 0.50),
        p95_ms=_quantile(durations, 0.95),
        cold=sum(bool(one.cold) for one in calls),
        start_ms=_middle(starts),
        cpu_ms=_middle([one.cpu_ms for one in calls if one.cpu_ms is not None]),
        used_mb=max((one.used_mb for one in calls if one.used_mb is not None), default=None),
        memory_mb=max((one.memory_mb for one in calls if one.memory_mb is not None), default=None),
        usd=usd_of(group),
        own_calls=len(group) - len(calls),
    )


def _middle(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def _quantile(values: Sequence[float], share: float) -> float | None:
    """The least of the values, in order, that at least this share is not above."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else None
