"""Whether a training fits where it runs, told before anything is paid for; and what more rows would bring.

Lambda ends a call after 15 minutes (https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from serin.domain.errors import TooLarge
from serin.domain.measurements import Estimate, LearningCurve

TRAINER_MEMORY_MB = 3008
TRAINER_SECONDS = 900
OF_ROWS = "training.window"
"""The field that is named where there are too many rows for where they would be trained on."""
SHARES = (0.01, 0.03, 0.1)
"""Of the learnable days, the newest first: on so much is it measured what a fit takes, and what rows bring."""
FOR_FITS = 0.8
"""The share of a function's time that its fits may take: it also reads, scores, compiles, proves, and fits on `SHARES`,
which are a seventh of the rows together."""
PROBED_FROM = 10_000
"""Learnable rows from which on a fit's time is measured before: with fewer a trial is over as soon."""
CURVE_FROM = 250_000
"""Learnable rows from which on a contest fits on `SHARES` of them as well. Of 100,000 rows of 28 columns boosted trees
took 0.7 times the CPU of a fit for all three, for a tree costs about as much of a thousand rows as of ten thousand; a
training has some nine fits, and of more rows the share becomes less."""
TIMES = 10
"""A learning curve says what so many times the rows would bring."""
_ITSELF = 350 * 1024**2
_TIMES = 4.0
"""At its peak the trainer has rows so many times: the file, the set read from it, the learnt part, and what the
pipeline makes of that. Of 200,000 rows of 25 columns reading took 3.2 times, a contest by the default 3.4 times."""
_CELL = 8
_OF_SHARDS = 80
"""Bytes of each row that are there beside the shard that is fitted: its label, moment, group and entity, what says
which of them are learnt and where it was dealt to, and the one column that is being read."""
_STEEPEST = 3.0


@dataclass(frozen=True)
class Room:
    """What a step of a training has where it runs: memory for its rows, and time for its fits."""

    memory_mb: float
    seconds: float
    name: str


def function_room() -> Room:
    """What the trainer's function has."""
    return Room(TRAINER_MEMORY_MB, TRAINER_SECONDS, "the function")


@dataclass(frozen=True)
class Timed:
    """A fit on so many rows, in CPU seconds."""

    rows: int
    cpu_s: float


def memory_for(rows: int, columns: int, shards: int = 1) -> int:
    """How many bytes the trainer needs at its peak for so many rows and columns, one shard of them at a time."""
    beside = _OF_SHARDS * rows if shards > 1 else 0
    return _ITSELF + beside + round(_TIMES * rows / shards * columns * _CELL)


def shards_for(rows: int, columns: int, room: Room) -> int | None:
    """The fewest shards of which there is memory for one; None where there is none even for the rows' labels."""
    left = room.memory_mb * 1024**2 - _ITSELF - _OF_SHARDS * rows
    return None if left <= 0 else math.ceil(_TIMES * rows * columns * _CELL / left)


def rows_in_memory(columns: int, room: Room | None = None) -> int:
    """How many rows there is memory for; in the function, unless another room is named."""
    return int(((room or function_room()).memory_mb * 1024**2 - _ITSELF) / (_TIMES * columns * _CELL))


def seconds_for(timed: Sequence[Timed], rows: int) -> float:
    """What a fit on so many rows would take, by the last two that were measured; 0 where none was.

    A power of the rows goes through them, at least 1: what every fit takes makes it seem smaller.
    """
    if not timed:
        return 0.0
    last, power = timed[-1], 1.0
    if len(timed) > 1 and timed[-2].rows < last.rows and min(timed[-2].cpu_s, last.cpu_s) > 0:
        seen = math.log(last.cpu_s / timed[-2].cpu_s) / math.log(last.rows / timed[-2].rows)
        power = min(max(seen, 1.0), _STEEPEST)
    return float(last.cpu_s * max(rows / last.rows, 1.0) ** power)


def seconds_allowed(fits: int, room: Room | None = None) -> float:
    """What one fit may take where a step has so many of them."""
    return FOR_FITS * (room or function_room()).seconds / fits


def fits_into_memory(rows: int, columns: int, room: Room | None = None, shards: int = 1) -> bool:
    """Whether the trainer can hold so many rows, or one shard of them."""
    return memory_for(rows, columns, shards) <= (room or function_room()).memory_mb * 1024**2


def fits_into_time(timed: Sequence[Timed], rows: int, fits: int, room: Room | None = None) -> bool:
    """Whether a step with so many fits on so many rows would end in time."""
    return seconds_for(timed, rows) <= seconds_allowed(fits, room)


def too_much_memory(
    rows: int, columns: int, curve: LearningCurve | None, room: Room | None = None, shards: int = 1
) -> TooLarge:
    """Why these rows cannot be trained on, in one or in so many shards."""
    needed, room = memory_for(rows, columns, shards), room or function_room()
    most, dealt = rows_in_memory(columns, room), f" in {shards} shards" if shards > 1 else ""
    found = (
        f"{rows:,} rows of {columns} columns take about {needed / 1024**2:,.0f} MB at the trainer's peak{dealt}, and "
        f"{room.name} has {room.memory_mb:,.0f} MB: it has room for {most:,} rows."
    )
    return TooLarge(_with(found, curve), _remedy(most / rows), OF_ROWS)


def too_much_time(
    timed: Sequence[Timed], rows: int, fits: int, curve: LearningCurve, room: Room | None = None
) -> TooLarge:
    """Why a fit on these rows would not end in time, where a step has so many."""
    room = room or function_room()
    needed, allowed = seconds_for(timed, rows), seconds_allowed(fits, room)
    measured = ", ".join(f"{one.cpu_s:,.1f} s for {one.rows:,} rows" for one in timed)
    several = f", {fits} of them in one call" if fits > 1 else ""
    found = (
        f"A fit on {rows:,} rows would take about {needed:,.0f} s of CPU{several}, and {room.name} has "
        f"{room.seconds:,.0f} s; measured: {measured}."
    )
    return TooLarge(_with(found, curve), _remedy(allowed / needed), OF_ROWS)


def said_of_curve(curve: LearningCurve) -> str:
    """The curve in words: what was measured, and what more rows would bring."""
    shown = (f"{point.value:.4g} from {_percent(point.share)} ({point.rows:,} rows)" for point in curve.points)
    said = f"On {curve.judged:,} newer rows {curve.metric} is {', '.join(shown)}."
    if curve.tenfold is not None:
        times = curve.points[-1].rows / curve.points[0].rows
        said += f" {times:.3g} times the rows made it better by {_sure(curve.tenfold)}."
    if curve.onward is not None:
        said += f" {curve.onward_rows:,} rows would gain {_sure(curve.onward)} more, if the curve goes on as it bends."
    return said


def _with(found: str, curve: LearningCurve | None) -> str:
    return found if curve is None or not curve.points else f"{found} {said_of_curve(curve)}"


def _sure(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3g}"
    return f"{estimate.value:.3g} (95 %: {estimate.low:.3g} to {estimate.high:.3g})"


def plus_minus(estimate: Estimate) -> str:
    """The number with half its interval, to the digits that this leaves sure."""
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3g}"
    half = (estimate.high - estimate.low) / 2
    places = 0 if half <= 0 else max(0, -math.floor(math.log10(half)))
    return f"{estimate.value:.{places}f} ± {half:.{places}f}"


def _remedy(share: float) -> str:
    return (
        f"Shorten training.window to {_percent(share)} of what it is, or less; or learn from fewer columns, or by "
        "smaller fits; or allow a (larger) machine by the charter's training.job. The gain above says what the older "
        "rows would bring."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
