"""Steps of a training on a machine that AWS rents by the second: which machine, what it costs, and why one failed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from serin.domain.charter import JobTerms
from serin.domain.errors import Conflict, Denied, ModelFailed, SerinError, TooLarge
from serin.domain.fitted_on import FittedOn
from serin.domain.names import digest
from serin.domain.training_machines import MACHINES, Machine
from serin.domain.training_size import Room, fits_into_memory, memory_for, rows_in_memory, shards_for, too_much_memory

FOR_ROWS = 0.9
"""The share of a machine's memory that a step may have: SageMaker's own programs run beside it."""
_GB = 1024**3
_DISK_GB = 10
"""For the layers, and what a step writes; rows come on top."""
LONGEST_JOB = timedelta(days=5)
"""Of one that nobody has asked AWS to let run longer."""
LOG = "/aws/sagemaker/TrainingJobs"
"""Where SageMaker keeps what jobs print."""


MOST_SHARDS = 64
"""A model of so many answers as much slower, and takes as much more room."""


@dataclass(frozen=True)
class Place:
    """The machine that a step is taken on, and in how many shards its rows are fitted there: one, or several."""

    machine: Machine
    shards: int = 1


@dataclass(frozen=True)
class TrainingJob:
    """One step as SageMaker is asked for it; what the step is asked and what it answers lies in `folder`.

    It fits `rows` in so many `shards`.
    """

    name: str
    step: str
    folder: str
    machine: str
    disk_gb: int
    seconds: int
    wait_seconds: int
    spot: bool = False
    shards: int = 1
    rows: int = 0


def room_of(machine: Machine, terms: JobTerms) -> Room:
    """What a step has on a machine."""
    return Room(FOR_ROWS * machine.memory_mb, terms.max_runtime.total_seconds(), machine.name)


def place_for(rows: int, columns: int, terms: JobTerms) -> Place:
    """The smallest machine with room for so many rows, else the fewest shards for the largest that is allowed.

    Raises TooLarge, with the numbers, where that has no room for them, or only in more shards than are allowed.
    """
    allowed = [machine for machine in MACHINES.values() if machine.memory_mb <= MACHINES[terms.largest].memory_mb]
    for machine in allowed:
        if fits_into_memory(rows, columns, room_of(machine, terms)):
            return Place(machine)
    needed = shards_for(rows, columns, room_of(allowed[-1], terms))
    if needed is not None and needed <= terms.shards:
        return Place(allowed[-1], needed)
    raise too_large(rows, columns, allowed[-1], terms, needed)


def too_large(rows: int, columns: int, largest: Machine, terms: JobTerms, shards: int | None = None) -> TooLarge:
    """Why the largest machine cannot be fitted on with so many rows; in `shards` it could, if there were so many."""
    room = room_of(largest, terms)
    most, needed = rows_in_memory(columns, room), memory_for(rows, columns) / 1024**2
    found = (
        f"{rows:,} rows of {columns} columns take about {needed:,.0f} MB at the trainer's peak. {largest.name}, the "
        f"largest machine of training.job, has {room.memory_mb:,.0f} MB for them: room for {most:,} rows."
    )
    ways = [] if largest.name == list(MACHINES)[-1] else ["Allow a larger machine (training.job.largest), or else: "]
    if shards is not None and shards <= MOST_SHARDS:
        found += f" They would take {shards} shards; training.job.shards allows {terms.shards}."
        ways.append(f"If the model is boosted trees, allow {shards} shards (training.job.shards), or else: ")
    shorter = f"Shorten training.window to {100 * most / rows:.0f} % of what it is, or learn from fewer columns."
    return TooLarge(found, "".join([*ways, shorter]), "training.job.largest")


def place(rows: int, columns: int, terms: JobTerms) -> Place | None:
    """Where a step on so many rows is taken; None where its function has room."""
    if fits_into_memory(rows, columns) and not terms.always:
        return None
    return place_for(rows, columns, terms)


def fitted_where(terms: JobTerms | None, rows: int, columns: int) -> tuple[Place | None, str | None]:
    """The place for so many rows, None where functions have room; and why there is none for them at all."""
    if terms is None:
        return None, None if fits_into_memory(rows, columns) else too_much_memory(rows, columns, None).message
    try:
        return place(rows, columns, terms), None
    except TooLarge as error:
        return None, error.message


def request_in(folder: str) -> str:
    """Where the step of a job is said."""
    return f"{folder}/request.json"


def answer_in(folder: str) -> str:
    """Where its answer, or its error, is."""
    return f"{folder}/answer.json"


def planned(
    stage: str, model: str, run: str, step: str, of: str, place: Place, terms: JobTerms, size: int, rows: int
) -> TrainingJob:
    """The job of a step, `of` something that tells it from others of its kind; `size` are the bytes of its `rows`.

    Its name is the same however often the step is asked for, so that what was asked twice runs once.
    """
    name = f"{jobs_of(stage, model)}{digest(run, step, of)[:16]}"
    seconds, wait = round(terms.max_runtime.total_seconds()), round(terms.patience.total_seconds())
    disk, machine = _DISK_GB + math.ceil(2 * size / _GB), place.machine.name
    folder = f"runs/{model}/{run}/jobs/{name}"
    return TrainingJob(name, step, folder, machine, disk, seconds, wait, terms.spot, place.shards, rows)


def jobs_of(stage: str, model: str) -> str:
    """What the names of a model's jobs begin with; SageMaker has 63 characters for one."""
    return f"serin-{stage}-{model}"[:46].rstrip("-") + "-"


def fitted_on(job: TrainingJob, seconds: int, statuses: Sequence[str]) -> FittedOn:
    """Where it was fitted, by what SageMaker says of the job: the seconds it bills, and the statuses it has had."""
    usd = seconds * MACHINES[job.machine].usd_hour / 3600
    return FittedOn(job.machine, job.spot, seconds, usd, list(statuses).count("Interrupted"), job.shards, job.rows)


def why_failed(job: TrainingJob, error: Mapping[str, str]) -> SerinError:
    """What a workflow caught of a job that left no answer (`Error`, `Cause`), by name and with what to do."""
    name, cause = error.get("Error", ""), error.get("Cause", "")
    if "ResourceLimitExceeded" in name or "account-level service limit" in cause:
        usage = "spot training job usage" if job.spot else "training job usage"
        return Denied(
            f"The account may not have {job.machine} for a training: {cause}",
            f"Ask AWS for a higher quota (Service Quotas, SageMaker, '{job.machine} for {usage}') and train again; or "
            "leave training.job out of the charter and shorten training.window.",
        )
    told = _told(cause)
    reason, secondary = str(told.get("FailureReason", "")), str(told.get("SecondaryStatus", ""))
    if "more memory" in reason or reason.endswith("exit code: 137"):
        return TooLarge(
            f"The training job {job.name} took all memory of {job.machine}: {reason}",
            "Shorten training.window, learn from fewer columns, or fit a smaller model.",
            "training.window",
        )
    if secondary in {"MaxRuntimeExceeded", "MaxWaitTimeExceeded"} or name == "States.Timeout":
        return TooLarge(
            f"The training job {job.name} on {job.machine} was not over within {job.seconds:,} s"
            + (f", waited for {job.wait_seconds:,} s" if job.spot else "")
            + f" ({secondary or name}).",
            "Allow more time (training.job.max_runtime), or fewer rows or trials; a spot machine may not be free.",
            "training.job.max_runtime",
        )
    if secondary == "Stopped":
        return Conflict(f"Somebody stopped the training job {job.name}.", "Train again.")
    return ModelFailed(
        f"The training job {job.name} on {job.machine} ended without an answer: {reason or cause or name}.",
        f"Its log ({LOG}, {job.name}) says more; correct the cause and train again.",
    )


def _told(cause: str) -> Mapping[str, object]:
    """What DescribeTrainingJob said of it, where the cause is that."""
    try:
        told = json.loads(cause)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
