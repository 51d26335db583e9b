"""What a charter asks of watching; the fields' names are those of its section `monitoring`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

YEAR = timedelta(days=365)
OF_SLICES = 0.2


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
    """The promise divided: the policy for all rows, and the one for each slice; a fifth is for slices together."""
    if not slices:
        return policy, policy
    whole = policy.false_alarms_per_year
    return (
        replace(policy, false_alarms_per_year=whole * (1 - OF_SLICES)),
        replace(policy, false_alarms_per_year=whole * OF_SLICES / slices),
    )
