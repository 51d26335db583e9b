"""What a training set of a terabyte and of ten would cost, by the plan's own prices, with the arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from benches.scaling.sizes import DAYS, SHOPS, VIEWS, charter
from serin.domain.charter import JobTerms
from serin.domain.cut_carriers import PlannedPiece, prices_of
from serin.domain.cut_plan import CutPlan, plan_training_set
from serin.domain.cut_sizes import ROUNDS, FileSize, TableSize
from serin.domain.piece_jobs import PIECE_MACHINE
from serin.domain.prices import AS_OF, BUCKET_GET, BUCKET_PUT

COSTED: Mapping[str, int] = {"1TB": 10**12, "10TB": 10**13}
"""Bytes of rows in memory."""
ROW, FILE = 64, 250_000_000
"""Bytes of a row of the bench's tables, and of a file of theirs."""
JOB = JobTerms("ml.m5.large", timedelta(days=2))
_YEAR = (0, DAYS * 86_400_000_000)


def planned(size: int, job: JobTerms | None = None) -> CutPlan:
    """The plan of tables of so many bytes, half of them of rows that ask; no shop has more rows than another."""
    files = (FileSize(FILE // ROW, FILE),) * max(size // 2 // FILE, 1)
    times = {"at": _YEAR, "seen_at": _YEAR}
    tables = {name: TableSize(name, files, times, {"shop": 1 / SHOPS}) for name in ("orders", "shops")}
    own = charter()
    return plan_training_set(replace(own, training=replace(own.training, job=job)), tables, VIEWS)


def cost_of(size: int) -> Mapping[str, Any]:
    """Dollars, by round and term: amounts times prices, which come to the plan's own sum."""
    plan, by_jobs = planned(size), planned(size, JOB)
    if plan.refused or by_jobs.refused:
        raise ValueError(plan.refused or by_jobs.refused)
    rounds = {each: _terms([piece for piece in plan.pieces if piece.round == each]) for each in ROUNDS}
    return {
        "usd": round(plan.usd, 2),
        "rows": size // ROW,
        "pieces": len(plan.pieces),
        "prices_of": AS_OF.isoformat(),
        "assumes": f"{ROW} bytes a row, {SHOPS:,} shops with as many rows each, functions of 3,008 MB on arm64",
        "rounds": rounds,
        "by_jobs": _by_jobs(by_jobs),
    }


def _by_jobs(plan: CutPlan) -> Mapping[str, Any]:
    """The same by training jobs that share the pieces, at the list price of machines on demand."""
    seconds, reads, writes = (
        sum(getattr(piece, name) for piece in plan.pieces) for name in ("seconds", "reads", "writes")
    )
    hour = PIECE_MACHINE.usd_hour
    terms = [
        f"{seconds / 3600:,.1f} h of {PIECE_MACHINE.name} x ${hour:.10g} = ${seconds / 3600 * hour:,.2f}",
        f"{reads:,} GET requests x ${BUCKET_GET:.10g} = ${reads * BUCKET_GET:,.2f}",
        f"{writes:,} PUT requests x ${BUCKET_PUT:.10g} = ${writes * BUCKET_PUT:,.2f}",
    ]
    return {"carrier": plan.carrier, "usd": round(plan.usd, 2), "jobs_at_once": plan.piece_jobs, "terms": terms}


def _terms(pieces: Sequence[PlannedPiece]) -> list[str]:
    seconds, reads, writes = (sum(getattr(piece, name) for piece in pieces) for name in ("seconds", "reads", "writes"))
    return [
        f"{amount:,.0f} {unit} x ${price:.10g} = ${amount * price:,.2f}"
        for amount, unit, price in prices_of(len(pieces), seconds, reads, writes)
    ]
