"""Pieces of a training set that training jobs share: what each of them is asked."""

from __future__ import annotations

import json

from serin.domain.charter import JobTerms
from serin.domain.piece_jobs import job_of_share, shares_of
from serin.domain.training_jobs import TrainingJob, request_in
from serin.ports import ObjectStore
from serin.services.steps.cut_making import PiecesWanted


def share_out(
    wanted: PiecesWanted, run: str, stage: str, terms: JobTerms, *, lake: ObjectStore
) -> tuple[TrainingJob, ...]:
    """Write what each job is asked, and say which jobs they are; asked again in the same run, they are the same."""
    jobs = list[TrainingJob]()
    for number, pieces in enumerate(shares_of(wanted.pieces, wanted.begun.jobs)):
        job = job_of_share(stage, wanted.begun, run, wanted.round, number, terms)
        lake.put(request_in(job.folder), json.dumps({"task": wanted.task, "pieces": pieces}).encode())
        jobs.append(job)
    return tuple(jobs)
