"""What a charter asks of watching; the fields' names are those of its section `monitoring`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

YEAR = timedelta(days=365)
OF_SLICES = 0.2
OF_PERFORMANCE = 0.2


@dataclass(frozen=True)
class WatchPolicy:
    """`false_alarms_per_year` is a promise for all features together, while nothing changes."""

    window: timedelta = timedelta(days=7)
    minimum_rows: int = 200
    false_alarms_per_year: float = 1.0

    def chance(self, tests: int) -> float:
        """How likely each test may raise a false alarm at the end of one window.

        The chances of all tests and of all windows of a year add up to the promise, however the tests depend on each
        other (Bonferroni); a window a test alarms in counts each time.
        """
        return self.false_alarms_per_year * (self.window / YEAR) / max(tests, 1)


def shared(policy: WatchPolicy, slices: int) -> tuple[WatchPolicy, WatchPolicy]:
    """The promise divided: the policy for all rows, and the one for each slice.

    A fifth is for slices together, where there are some, and one for the performance.
    """
    whole = policy.false_alarms_per_year
    if not slices:
        return replace(policy, false_alarms_per_year=whole * (1 - OF_PERFORMANCE)), policy
    return (
        replace(policy, false_alarms_per_year=whole * (1 - OF_SLICES - OF_PERFORMANCE)),
        replace(policy, false_alarms_per_year=whole * OF_SLICES / slices),
    )


def for_performance(policy: WatchPolicy) -> float:
    """How likely the performance may raise a false alarm at the end of one window: its part of the promise."""
    return min(policy.false_alarms_per_year * OF_PERFORMANCE * (policy.window / YEAR), 0.2)
