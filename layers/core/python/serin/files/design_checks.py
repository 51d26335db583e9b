"""What a charter's section `design` means together with the others, where rules and money are concerned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from serin.files.durations import written
from serin.files.faults import Finding
from serin.files.people_schema import people_of
from serin.files.subjects import Check, Subject, check

_DAY = timedelta(days=1)


@check("design")
def _high_risk(subject: Subject) -> Iterator[Finding]:
    people = people_of(subject.charter.people)
    for when, roles in (("first_release", people.first_release), ("release", people.release)):
        if subject.charter.design.risk == "high" and not roles:
            contradiction = f"high, while people.approvals.{when} asks nobody"
            yield Finding(
                ("design", "risk"), contradiction, f"Name a role there that must agree, and who has it: {when}: […]."
            )


@check("design", "truth")
def _retention(subject: Subject) -> Iterator[Finding]:
    """What a look reads must still be there: the days of its window, whose truth had time to arrive."""
    retention = subject.charter.design.compliance.retention
    # A window ends with its last whole day.
    needed = subject.charter.monitoring.window + subject.charter.truth.watermark + _DAY
    if retention is not None and retention < needed:
        contradiction = f"{written(retention)}, shorter than a look at the model needs"
        remedy = (
            f"Keep predictions for {-(-needed // _DAY)}d at least, or make monitoring.window or the watermark shorter."
        )
        yield Finding(("design", "compliance", "retention"), contradiction, remedy)


DESIGN_CHECKS: tuple[Check, ...] = (_high_risk, _retention)
