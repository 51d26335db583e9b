"""How far a batch is, and where its answers lie."""

from __future__ import annotations

from dataclasses import dataclass

from serin.domain.batches import (
    Batch,
    BatchPlan,
    BatchResult,
    BatchStatus,
    asked_at,
    checked_batch,
    counts_at,
    markers,
    plan_at,
    result_at,
)
from serin.domain.errors import NotFound
from serin.ports import ObjectStore, Workflows
from serin.services.steps.known_objects import known_record


@dataclass(frozen=True)
class ShownBatch:
    """A batch as whoever asked for it sees it; `parts` is None until it is planned.

    `reason` says why it failed, `result` where the answers lie and what the counts are.
    """

    batch: Batch
    status: BatchStatus
    parts: int | None = None
    done: int = 0
    rows: int | None = None
    reason: str | None = None
    result: BatchResult | None = None
    manifest: str | None = None


def show_batch(model: str, batch: str, *, lake: ObjectStore, workflows: Workflows) -> ShownBatch:
    """The batch of that id; raises NotFound."""
    name = checked_batch(batch)
    asked = known_record(Batch, asked_at(model, name), store=lake)
    if asked is None:
        raise NotFound(f"{model} has no batch {name}.", "Look at what the call that began it answered.")
    # Before the manifest is looked for: a workflow that ends in between has written it.
    reason = workflows.batch_failure(name)
    place = result_at(model, name)
    if result := known_record(BatchResult, place, store=lake):
        parts = len(result.objects)
        return ShownBatch(asked, "done", parts, parts, result.rows, result=result, manifest=place)
    status: BatchStatus = "running" if reason is None else "failed"
    plan = known_record(BatchPlan, plan_at(model, name), store=lake)
    if plan is None:
        return ShownBatch(asked, status, reason=reason)
    scored = markers(lake.keys(counts_at(plan.set, model, "").removesuffix(".json")))
    done = sum(part.name in scored for part in plan.parts)
    return ShownBatch(asked, status, len(plan.parts), done, sum(part.rows for part in plan.parts), reason)
