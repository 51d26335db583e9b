"""Spans of time as users write them: a whole number and a unit."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DURATION = re.compile(r"([0-9]{1,6})([mhd])\Z")
_MOMENT = re.compile(r"(?P<column>[a-z][a-z0-9_]{0,62})(\s+-\s+(?P<before>\S+))?\Z")
_LONGEST = timedelta(days=36_500)


def duration(text: object) -> timedelta:
    """The span that `30m`, `2h` or `7d` means; ValueError, saying how to write it, for anything else."""
    match = _DURATION.match(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("Write a whole number and a unit, such as 30m, 2h or 7d.")
    span = int(match[1]) * _UNITS[match[2]]
    if span <= timedelta(0) or span > _LONGEST:
        raise ValueError("Write a span longer than nothing and shorter than a century.")
    return span


def holdout(text: object) -> timedelta | None:
    """The span withheld; None for `random`, which says that there is no time; ValueError for anything else."""
    if text == "random":
        return None
    try:
        return duration(text)
    except ValueError as error:
        raise ValueError(f"{error} Where rows have no time, write random.") from error


def written(span: timedelta) -> str:
    """The shortest way to write a span of whole minutes; `duration` reads it back."""
    for unit in ("d", "h", "m"):
        count, rest = divmod(span, _UNITS[unit])
        if not rest:
            return f"{count}{unit}"
    raise ValueError(f"{span} is not a whole number of minutes")


def moment(text: object) -> tuple[str, timedelta]:
    """The column and the offset that `<column>` or `<column> - <duration>` means; ValueError for anything else."""
    match = _MOMENT.match(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("Write a column, less a span where the question is asked earlier: sched_dep_utc - 2h.")
    return match["column"], duration(match["before"]) if match["before"] else timedelta(0)
