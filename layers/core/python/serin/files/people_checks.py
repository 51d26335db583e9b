"""What a charter's section `people` means together."""

from __future__ import annotations

from collections.abc import Iterator

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


PEOPLE_CHECKS: tuple[Check, ...] = (_roles_that_nobody_has,)
