"""What a release has shown: its shadow as it was stored, and the traffic since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from serin.domain.judgement.release_evidence import ReleaseEvidence
from serin.domain.release_record import Judged, ReleasePlan, Shift
from serin.ports import Catalog, Metrics, ObjectStore
from serin.services.steps.release_evidence import gather
from serin.services.steps.stored_shadow import stored_shadow


def evidence_of(
    plan: ReleasePlan,
    shifts: Sequence[Shift],
    last: Judged | None,
    now: datetime,
    *,
    lake: ObjectStore,
    artifacts: ObjectStore,
    catalog: Catalog,
    metrics: Metrics,
) -> ReleaseEvidence:
    """All the judge reads of a release at this moment."""
    shown = stored_shadow(plan, lake=lake, artifacts=artifacts, catalog=catalog)
    return gather(
        plan,
        shifts,
        last,
        now,
        lake=lake,
        metrics=metrics,
        shadow=shown.shadow,
        longest_run_of_shadow=shown.longest_run,
    )
