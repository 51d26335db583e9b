"""What each field of a charter's section `monitoring` changes of how a model is watched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from serin.domain.judgement.watching.drift import judge
from serin.domain.judgement.watching.evidence import Baseline, FeatureReference, FeatureWindow, Reference, Window
from serin.domain.watched import windows_due
from tests.unit.domain.charter_proofs import Proof, Read

_BEGIN = datetime(2013, 1, 3, tzinfo=UTC)
_WEEK = timedelta(days=7)


def _due(read: Read) -> int:
    """How many windows two weeks are."""
    return len(windows_due(_BEGIN, read.charter.monitoring.policy.window, _BEGIN + 2 * _WEEK + timedelta(days=1)))


def _status(read: Read) -> str:
    """What a window of 50 rows says."""
    missing = Reference("missing", (0.1, 0.11, 0.09, 0.1), 100)
    baseline = Baseline(_BEGIN, _BEGIN, 4, 0.01, (FeatureReference("wind", "number", 400, (missing,)),))
    window = Window(_BEGIN, _BEGIN + _WEEK, 50, (FeatureWindow("wind", 50, 5, {"missing": 0.1}),))
    return judge(window, baseline, read.charter.monitoring.policy).status


def _edit(line: str) -> Mapping[str, str]:
    return {"release:\n": f"monitoring: {{{line}}}\nrelease:\n"}


MONITORING_PROOFS: Mapping[str, Proof] = {
    "monitoring.every": Proof(_edit("every: 12h"), lambda read: read.charter.monitoring.every, timedelta(hours=12)),
    "monitoring.window": Proof(_edit("window: 14d"), _due, 1),
    "monitoring.minimum_rows": Proof(_edit("minimum_rows: 50"), _status, "NO_DRIFT_SEEN"),
    "monitoring.false_alarms_per_year": Proof(
        _edit("false_alarms_per_year: 2"), lambda read: round(read.charter.monitoring.policy.chance(1) * 365 / 7, 9), 2
    ),
    "monitoring.traced": Proof(_edit("traced: true"), lambda read: read.charter.monitoring.traced, True),
    "monitoring.slices": Proof(_edit("slices: [line]"), lambda read: read.charter.monitoring.slices, ("line",)),
}
