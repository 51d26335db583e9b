"""What the judge must reach in the bench's rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from benches.releasing.outcomes import Row

Goal = tuple[str, str, Literal["<=", ">="], float]
GOALS: tuple[Goal, ...] = (
    *((case, "rolled_back", "<=", 0.05) for case in ("equal_500", "equal_10k", "equal_100k")),
    *((case, "rolled_back", "<=", 0.05) for case in ("equal_outage", "equal_drift", "equal_sandbox")),
    ("equal_10k", "promoted", ">=", 0.98),
    ("equal_10k", "median_requests", "<=", 2000),
    ("equal_500", "held", ">=", 0.95),
    ("at_margin", "promoted", "<=", 0.05),
    ("errors_05_5", "rolled_back", ">=", 0.99),
    ("errors_05_5", "promoted", "<=", 0.01),
    ("errors_05_5", "median_requests", "<=", 650),
    ("errors_05_1", "promoted", ">=", 0.8),
    ("shadow_6_1", "rolled_back", ">=", 0.95),
    ("shadow_6_1", "median_pairs", "<=", 600),
    ("retries", "promoted", "<=", 0.0),
    ("silence", "promoted", "<=", 0.0),
)


def unmet(rows: Mapping[str, Row]) -> list[str]:
    """The goals that rows of the judge miss, with what they show."""
    return [
        f"missed: {case} {figure} {side} {goal:g}, found {rows[case][figure]:g}"
        for case, figure, side, goal in GOALS
        if (rows[case][figure] > goal if side == "<=" else rows[case][figure] < goal)
    ]
