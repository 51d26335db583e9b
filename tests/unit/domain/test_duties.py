"""The matrix of roles, deeds and states; that the local cloud keeps to it is tests/e2e/test_access_matrix.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from serin.domain.access import ACTIONS, checked_scopes
from serin.domain.duties import DUTIES, Duty, grants_of, scopes_of_roles
from serin.domain.people import ROLES, Role
from serin.domain.scopes import require

README = Path(__file__).parents[3] / "infra" / "README.md"


def _row(duty: Duty) -> str:
    takes = f"scope `{duty.takes}`" if isinstance(duty.takes, str) else f"`{duty.takes.action}` on `{duty.takes.on}`"
    has = ("yes" if role in duty.roles else "no" for role in ROLES)
    return f"| {' | '.join([duty.phase, '' if duty.state == 'any' else duty.state, duty.deed, takes, *has])} |"


def test_the_readme_has_the_whole_matrix_as_it_is() -> None:
    told = [line for line in README.read_text().splitlines() if line.startswith(("| design |", "| data |", "| experi"))]
    told += [line for line in README.read_text().splitlines() if line.startswith(("| release |", "| operation |"))]
    assert told == [_row(duty) for duty in DUTIES]


def test_every_action_of_a_token_is_some_roles() -> None:
    assert {duty.takes for duty in DUTIES if isinstance(duty.takes, str)} == set(ACTIONS)


@pytest.mark.parametrize("role", ROLES)
def test_the_scopes_of_a_role_are_those_of_its_deeds_and_no_others(role: Role) -> None:
    scopes = checked_scopes(scopes_of_roles([role], "late-orders"), ["late-orders"])
    for duty in DUTIES:
        if isinstance(duty.takes, str) and role in duty.roles:
            require(scopes, duty.takes, "late-orders" if ACTIONS[duty.takes] else None)
    held = {scope.partition(":")[0] for scope in scopes}
    assert held == {duty.takes for duty in DUTIES if role in duty.roles} - set(grants_of(role))


def test_who_has_several_roles_has_the_scopes_of_each_once() -> None:
    both = scopes_of_roles(["subject_matter_expert", "data_engineer"])
    assert set(both) == {*scopes_of_roles(["subject_matter_expert"]), *scopes_of_roles(["data_engineer"])}
    assert len(both) == len(set(both))


def test_deeds_of_one_scope_belong_to_the_same_roles() -> None:
    """Otherwise a token would open what the table denies."""
    for duty in DUTIES:
        assert {other.roles for other in DUTIES if other.takes == duty.takes} == {duty.roles}
