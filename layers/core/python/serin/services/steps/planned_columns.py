"""The rows of a training that is planned: refused, with the numbers, where they do not fit into its function."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from serin.domain.charter import Charter
from serin.domain.errors import TooLarge
from serin.domain.experiments import TrainingSet, Trial
from serin.domain.measurements import LearningCurve
from serin.domain.training_size import (
    PROBED_FROM,
    SHARES,
    Room,
    fits_into_memory,
    fits_into_time,
    function_room,
    seconds_allowed,
    seconds_for,
    too_much_memory,
    too_much_time,
)
from serin.learning.columns import TrainingColumns, read_columns, read_moments, shape_of
from serin.learning.curves import Share, Stopwatch, learning_curve, shares_of, timed_fit
from serin.learning.left_out import Judging
from serin.learning.pipelines import PipelineMaker
from serin.learning.shards.boosting import NotInShards, boosting_of
from serin.learning.shards.sharded_set import ShardedSet
from serin.learning.splits import Validation, holdout_of, judging_splits, validation_from, validation_rows
from serin.ports import ObjectStore
from serin.services.steps.training_columns import recorded_columns

_DAY = 86_400.0
_SURE = 0.5
"""Of the time that a fit may take: below it two small measurements are enough to let a training begin."""


def planned_columns(
    charter: Charter,
    training_set: TrainingSet,
    trials: Sequence[Trial],
    make: PipelineMaker,
    *,
    lake: ObjectStore,
    watch: Stopwatch = time.process_time,
    room: Room | None = None,
) -> TrainingColumns:
    """The rows to train on, in a function unless another `room` is named.

    Raises TooLarge, with what ten times the rows bring, for more than memory or time is for.

    Memory follows from how many rows and columns there are; the time of a fit is measured on few of them, by the trial
    that takes longest.
    """
    content = recorded_columns(training_set, lake=lake)
    own = [trial for trial in trials if trial.recipe == "pipeline"]
    rows, width = shape_of(content)
    room = room or function_room()
    if not fits_into_memory(rows, width, room):
        curve = _curve_of_a_part(charter, training_set, own[0], make, content, width, room)
        raise too_much_memory(rows, width, curve, room)
    columns = read_columns(content)
    judging = _judging(charter, training_set, columns, own[0], make)
    if training_set.learnable >= PROBED_FROM:
        _refuse_too_slow(charter, training_set, judging, own, watch, room)
    return columns


def planned_shard(
    charter: Charter,
    training_set: TrainingSet,
    trials: Sequence[Trial],
    make: PipelineMaker,
    sharded: ShardedSet,
    *,
    room: Room,
    watch: Stopwatch = time.process_time,
) -> TrainingColumns:
    """The first shard of the rows to train on, which trials learn from.

    Raises TooLarge, with the numbers, where one shard after the other is more than memory or time is for, or where a
    trial is of a kind that cannot be fitted in shards.
    """
    own = [trial for trial in trials if trial.recipe == "pipeline"]
    rows, width = shape_of(sharded.file)
    if not fits_into_memory(rows, width, room, sharded.shards):
        raise too_much_memory(rows, width, None, room, sharded.shards)
    columns = sharded.first()
    for trial in own:
        try:
            boosting_of(make(columns.columns, trial.params))
        except NotInShards as error:
            whole = too_much_memory(rows, width, None, room)
            raise TooLarge(f"{whole.message} {error.message}", error.remedy, error.field) from error
    judging = _judging(charter, training_set, columns, own[0], make)
    if training_set.learnable >= PROBED_FROM * sharded.shards:
        _refuse_too_slow(charter, training_set, judging, own, watch, room, sharded.shards)
    return columns


def _judging(
    charter: Charter, training_set: TrainingSet, columns: TrainingColumns, trial: Trial, make: PipelineMaker
) -> Judging:
    training, holdout = charter.training, holdout_of(training_set)
    return Judging(columns, charter.task, make, trial.params, holdout, training.gate)


def _refuse_too_slow(
    charter: Charter,
    training_set: TrainingSet,
    judging: Judging,
    trials: Sequence[Trial],
    watch: Stopwatch,
    room: Room,
    shards: int = 1,
) -> None:
    rows = validation_rows(judging.columns, judging.holdout)
    shares = list(shares_of(judging, rows, training_set.first.timestamp()))
    if not shares:
        return
    fits, learnable = shards * _fits_in_a_call(charter, training_set, judging), training_set.learnable // shards
    first = shares[0][1]
    tried = [(timed_fit(judging, trial.params, first, watch), trial) for trial in trials]
    longest = max(((one.cpu_s, trial) for one, trial in tried if one), key=lambda item: item[0], default=None)
    slowest = replace(judging, params=(longest[1] if longest else trials[0]).params)
    timed = [one for one, trial in tried if one and longest and trial is longest[1]]
    for share, chosen in shares[1:]:
        # Two small fits are enough to see that a large one is quick; that it is slow a third has to say.
        if share == SHARES[-1] and timed and seconds_for(timed, learnable) < _SURE * seconds_allowed(fits, room):
            return
        timed += [one for one in (timed_fit(slowest, slowest.params, chosen, watch),) if one]
    if not fits_into_time(timed, learnable, fits, room):
        raise too_much_time(timed, learnable, fits, learning_curve(slowest, rows, shares, learnable), room)


def _fits_in_a_call(charter: Charter, training_set: TrainingSet, judging: Judging) -> int:
    """The contest has most: a fit a turn, as many for a champion's recipe, and one that chooses the threshold."""
    turns = len(judging_splits(judging.columns, judging.holdout))
    return turns * (1 if training_set.champion is None else 2) + (charter.value is not None)


def _curve_of_a_part(
    charter: Charter,
    training_set: TrainingSet,
    trial: Trial,
    make: PipelineMaker,
    content: bytes,
    width: int,
    room: Room,
) -> LearningCurve | None:
    """The learning curve of the newest rows, where these alone fit into memory; rows without a time have no newest."""
    if training_set.holdout_from is None:
        return None
    moment, judges = read_moments(content)
    until = training_set.holdout_from.timestamp()
    cut = validation_from(moment[(moment < until) & judges])
    since = cut - (max(1, round(SHARES[-1] * (cut - moment[0]) / _DAY)) + 1) * _DAY
    first, last = int(moment.searchsorted(since)), int(moment.searchsorted(until))
    if not fits_into_memory(last - first, width, room):
        return None
    columns = read_columns(content, slice(first, last))
    rows = Validation(*columns.split(columns.moment < cut, columns.moment >= cut))
    judging = _judging(charter, training_set, columns, trial, make)
    shares: list[Share] = list(shares_of(judging, rows, float(moment[0])))
    return learning_curve(judging, rows, shares, training_set.learnable) if shares else None
