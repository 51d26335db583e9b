"""The shape of a charter's section `people`: who has which role, and whose word a training or a release needs."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from serin.domain.access import OWNER, checked_owner
from serin.domain.errors import Invalid
from serin.domain.people import ROLES, KeyMetric, People, Role
from serin.files.sections import Section, text_like


def _owner(value: object) -> object:
    try:
        return checked_owner(value) if isinstance(value, str) else value
    except Invalid as error:
        raise ValueError(error.remedy) from error


Owner = Annotated[str, BeforeValidator(_owner), text_like(OWNER)]


class RoleSection(Section):
    who: Annotated[list[Owner], Field(min_length=1)]
    key_metric: KeyMetric | None = None


class ApprovalsSection(Section):
    first_release: list[Role] = []
    training: list[Role] = []
    release: list[Role] = []


class PeopleSection(Section):
    four_eyes: bool = True
    business_stakeholder: RoleSection | None = None
    subject_matter_expert: RoleSection | None = None
    data_scientist: RoleSection | None = None
    data_engineer: RoleSection | None = None
    ml_engineer: RoleSection | None = None
    approvals: ApprovalsSection = ApprovalsSection()


def people_of(section: PeopleSection) -> People:
    """Who there is by what is written."""
    sections = {role: getattr(section, role) for role in ROLES}
    who: dict[str, tuple[str, ...]] = {
        role: tuple(role_of.who) for role, role_of in sections.items() if role_of is not None
    }
    metrics: dict[str, KeyMetric] = {
        role: role_of.key_metric for role, role_of in sections.items() if role_of and role_of.key_metric
    }
    asked = section.approvals
    return People(
        *(who, tuple(asked.first_release), tuple(asked.release), tuple(asked.training), metrics), section.four_eyes
    )
