"""What a charter's section `people` means together, and with what is measured of the model."""

from __future__ import annotations

from collections.abc import Iterator

from serin.domain.metrics import GREATER_IS_BETTER, METRICS_OF_TASK
from serin.files.faults import Finding
from serin.files.people_schema import people_of
from serin.files.subjects import Check, Subject, check


@check("people")
def _roles_that_nobody_has(subject: Subject) -> Iterator[Finding]:
    people = people_of(subject.charter.people)
    asked = {
        "first_release": (people.first_release, "no version could ever go live"),
        "release": (people.release, "no version could ever go live"),
        "training": (people.training, "no training could ever begin"),
    }
    for when, (roles, then) in asked.items():
        for role in roles:
            if role not in people.who:
                found = f"{role}, a role that nobody has: {then}"
                yield Finding(("people", "approvals", when), found, f"Add people.{role}: {{who: [NAME]}}.")


@check("people", "task", "design")
def _key_metrics(subject: Subject) -> Iterator[Finding]:
    """What a role looks at first has to be measured."""
    task = subject.charter.task
    for role, metric in people_of(subject.charter.people).key_metrics.items():
        path = ("people", role, "key_metric")
        if metric in GREATER_IS_BETTER and metric not in METRICS_OF_TASK[task]:
            yield Finding(path, f"{metric}, no metric of a {task} task", f"One of {', '.join(METRICS_OF_TASK[task])}.")
        if metric == "value_per_1000" and subject.charter.design.value is None:
            yield Finding(path, "value, which the charter does not tell", "Add design.value with its unit and matrix.")


PEOPLE_CHECKS: tuple[Check, ...] = (_roles_that_nobody_has, _key_metrics)
