"""Who runs the pieces of a training set, and what they cost there: this function, others, or jobs on machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from serin.domain.charter import JobTerms
from serin.domain.cut_sizes import HERE_S, ROUNDS, START_S, Round
from serin.domain.piece_jobs import JOB_START_S, PIECE_MACHINE, jobs_for
from serin.domain.prices import BUCKET_GET, BUCKET_PUT, LAMBDA_CALL, STATE_TRANSITION, TRAINER_SECOND

Carrier = Literal["whole", "process", "map", "jobs"]
"""In one go; piece after piece in the function that was called; by many functions at once, as Step Functions maps a
list; or by training jobs, each a share of them."""
IN_PROCESS_S = 400.0
"""What pieces may take together that one function works off: it lasts 900 s, and writes the training set besides."""
_TRANSITIONS = 4
"""State transitions of a piece."""


@dataclass(frozen=True)
class PlannedPiece:
    """One piece: of which round, of what, which part, and what it will read, hold at once, take and cost, about.

    `reads` and `writes` are what it asks the bucket for, in calls of a function.
    """

    round: Round
    of: str
    part: str
    rows: int
    memory: int
    seconds: float
    usd: float
    reads: int = 0
    writes: int = 0


def carried(mapped: Sequence[PlannedPiece], terms: JobTerms | None) -> tuple[Carrier, tuple[PlannedPiece, ...], int]:
    """Who runs the pieces: one function where that has time, else who costs less; and how many jobs share them."""
    here = tuple(_here(piece) for piece in mapped)
    if sum(piece.seconds for piece in here) <= IN_PROCESS_S:
        return "process", here, 0
    rounds = [[piece for piece in mapped if piece.round == each] for each in ROUNDS]
    shared = [(pieces, _jobs(pieces, terms)) for pieces in rounds if pieces]
    jobs = [number for _, number in shared if number is not None]
    by_jobs = [_by_a_job(piece, number / len(pieces)) for pieces, number in shared if number for piece in pieces]
    if len(jobs) < len(shared) or sum(piece.usd for piece in by_jobs) >= sum(piece.usd for piece in mapped):
        return "map", tuple(mapped), 0
    return "jobs", tuple(by_jobs), max(jobs)


def _jobs(pieces: Sequence[PlannedPiece], terms: JobTerms | None) -> int | None:
    """How many jobs share a round; None where none may or they would not end in time."""
    if terms is None:
        return None
    number = jobs_for(sum(piece.seconds - START_S + HERE_S for piece in pieces), terms)
    return None if number is None else min(number, len(pieces))


def _here(piece: PlannedPiece) -> PlannedPiece:
    """The piece in a process that runs others before it, and hands over to them on its own disk."""
    seconds = piece.seconds - START_S + HERE_S
    return replace(piece, seconds=seconds, usd=seconds * TRAINER_SECOND, reads=0, writes=0)


def _by_a_job(piece: PlannedPiece, starts: float) -> PlannedPiece:
    """The piece on a machine that runs others before it; `starts` are what it has of the starts of jobs."""
    seconds = piece.seconds - START_S + HERE_S + starts * JOB_START_S
    usd = seconds * PIECE_MACHINE.usd_hour / 3600 + piece.reads * BUCKET_GET + piece.writes * BUCKET_PUT
    return replace(piece, seconds=seconds, usd=usd)


def usd_of(seconds: float, reads: int, writes: int) -> float:
    """What a piece of a function costs, with what it asks the bucket for."""
    return sum(amount * price for amount, _, price in prices_of(1, seconds, reads, writes))


def prices_of(pieces: int, seconds: float, reads: int, writes: int) -> tuple[tuple[float, str, float], ...]:
    """What so many pieces of functions of the trainer's memory are billed for: amount, unit and price of each."""
    return (
        (seconds, "s of 3,008 MB", TRAINER_SECOND),
        (pieces, "calls", LAMBDA_CALL),
        (_TRANSITIONS * pieces, "state transitions", STATE_TRANSITION),
        (reads, "GET requests", BUCKET_GET),
        (writes, "PUT requests", BUCKET_PUT),
    )
