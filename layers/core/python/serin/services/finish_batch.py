"""A batch whose parts are scored: its counts have to add up, and its manifest says where the answers lie."""

from __future__ import annotations

import json

from serin.domain.batches import (
    BatchPlan,
    BatchResult,
    PartCounts,
    answers_at,
    counts_at,
    markers,
    refuse_uncounted,
    result_at,
)
from serin.domain.errors import Unavailable
from serin.domain.plain_numbers import how_many
from serin.domain.records import as_record, from_record
from serin.ports import Clock, ObjectStore


def finish_batch(plan: BatchPlan, *, lake: ObjectStore, clock: Clock) -> BatchResult:
    """The manifest, written where none is yet; raises Unavailable while parts have no answers."""
    batch = plan.batch
    names = [part.name for part in plan.parts]
    there = markers(lake.keys(counts_at(plan.set, batch.model, "").removesuffix(".json")))
    if missing := [part for part in plan.parts if part.name not in there]:
        groups = ", ".join(str(part.group) for part in missing[:10])
        raise Unavailable(
            f"{len(missing):,} of {how_many(len(names), 'part')} could not be scored, though tried again: {groups}.",
            "Read the log of score_batch, correct the cause and start the batch again: what is scored stays so.",
        )
    contents = lake.get_each([counts_at(plan.set, batch.model, name) for name in names])
    counts = [from_record(PartCounts, json.loads(content)) for content in contents]
    refuse_uncounted(plan, counts)
    result = BatchResult(
        batch,
        sum(part.rows for part in counts),
        sum(part.scored for part in counts),
        sum(part.errors for part in counts),
        tuple(answers_at(plan.set, batch.model, name) for name in names),
        tuple(sorted({part.runtime for part in counts})),
        clock.now(),
        plan.absent,
    )
    place = result_at(batch.model, batch.id)
    if lake.put_new(place, json.dumps(as_record(result)).encode()):
        return result
    return from_record(BatchResult, json.loads(lake.get(place)))
