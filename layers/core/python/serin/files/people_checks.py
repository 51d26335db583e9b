"""What a charter's section `people` means together."""

from __future__ import annotations

from collections.abc import Iterator

from serin.files.faults import Finding
from serin.files.people_schema import people_of
from serin.files.subjects import Check, Subject, check


@check("people")
def _roles_that_nobody_has(subject: Subject) -> Iterator[Finding]:
    people = people_of(subject.charter.people)
    for when, roles in (("first_release", people.first_release), ("release", people.release)):
        for role in roles:
            if role not in people.who:
                found = f"{role}, a role that nobody has: no version could ever go live"
                yield Finding(("people", "approvals", when), found, f"Add people.{role}: {{who: [NAME]}}.")


PEOPLE_CHECKS: tuple[Check, ...] = (_roles_that_nobody_has,)
