"""The paths rules and log filters write: `$.detail.model`, `$.items[0].id`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

MISSING = object()
"""What a path leads to when it leads nowhere; null is a value."""

_STEP = re.compile(r"\.([A-Za-z0-9_\-@:]+)|\[(\d+)\]")


def steps_of(path: str) -> tuple[str | int, ...] | None:
    """The steps of a path; None when it is not one the local cloud reads (wildcards, filters)."""
    if not path.startswith("$") or _STEP.sub("", path[1:]):
        return None
    return tuple(name or int(index) for name, index in _STEP.findall(path[1:]))


def value_at(record: Any, steps: Sequence[str | int]) -> Any:
    """What lies at the end of the steps, or MISSING."""
    for step in steps:
        in_object = isinstance(record, dict) and step in record
        in_array = isinstance(record, list) and isinstance(step, int) and step < len(record)
        if not in_object and not in_array:
            return MISSING
        record = record[step]
    return record
