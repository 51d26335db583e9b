"""Pieces of a training set on machines in place of functions: how many jobs share a round, and what each is asked.

Jobs are training jobs, which run any program and may be on spot machines; processing jobs, which AWS has for such
work, may not. Each takes its share of the pieces one after the other, so that a job that begins anew, or whoever takes
the task up, does only what is not done.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

from serin.domain.charter import JobTerms
from serin.domain.cut_pieces import CutTask
from serin.domain.cut_sizes import Round
from serin.domain.names import digest
from serin.domain.training_jobs import TrainingJob, jobs_of
from serin.domain.training_machines import MACHINES, Machine

PIECE_MACHINE: Machine = next(iter(MACHINES.values()))
"""The smallest one: it has more memory than the function that a piece fits into."""
JOB_START_S = 60.0
"""What a job is billed for before its first piece: the packages come from S3 and are unpacked."""
MOST_JOBS = 20
"""So many jobs share a round at most."""
STEP = "pieces"
_LASTS = timedelta(hours=1)
"""How long a share is meant to take: a machine that AWS takes back costs the piece that it was at, and its start."""
_OF_TIME = 0.5
"""The share of a job's time that its pieces may take by the plan."""
_DISK_GB = 30
"""A piece is cut once more on its disk, as a function does with 10 GB of it; beside that lie the packages."""


def jobs_for(seconds: float, terms: JobTerms) -> int | None:
    """How many jobs share a round that takes so long; None where as many as there may be would not end in time."""
    needed = math.ceil(seconds / (_OF_TIME * terms.max_runtime.total_seconds()))
    return None if needed > MOST_JOBS else min(max(math.ceil(seconds / _LASTS.total_seconds()), needed, 1), MOST_JOBS)


def shares_of(pieces: Sequence[str], jobs: int) -> list[tuple[str, ...]]:
    """Which pieces each job takes: every so manieth, for pieces that follow each other are alike; none is empty."""
    return [tuple(pieces[first::jobs]) for first in range(min(jobs, len(pieces)))]


def job_of_share(stage: str, task: CutTask, run: str, round: Round, number: int, terms: JobTerms) -> TrainingJob:
    """The job of a share; what it is asked and what it answers lies in the task's folder."""
    name = f"{jobs_of(stage, task.model)}{digest(run, task.folder, round, str(number))[:16]}"
    seconds, wait = (int(span.total_seconds()) for span in (terms.max_runtime, terms.patience))
    folder = task.at("jobs", name)
    return TrainingJob(name, STEP, folder, PIECE_MACHINE.name, _DISK_GB, seconds, wait, terms.spot)
