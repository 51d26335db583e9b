"""Least privilege, shown on the deployed policies: what is granted is used, and nothing that is asked is denied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from moto.iam.models import iam_backends

from infra.local.iam.decisions import Decision
from infra.local.wiring import ACCOUNT, wiring
from tests.e2e.conftest import Walked
from tests.e2e.exercise import exercise
from tests.e2e.granted import GRANTED
from tests.e2e.grants import Grant, Requests, deployed_grants


@dataclass(frozen=True)
class Exercised:
    """What was granted, by name, what was asked, and what of that was allowed."""

    grants: Mapping[str, Grant]
    decisions: Sequence[Decision]
    requests: Requests


@pytest.fixture(scope="session")
def exercised(walked: Walked) -> Exercised:
    """The walk, and what it leaves out."""
    exercise(walked)
    grants, decisions = deployed_grants(), wiring().guard.decisions
    return Exercised({grant.name: grant for grant in grants}, decisions, Requests(decisions))


def test_nothing_that_a_role_asked_was_denied(exercised: Exercised) -> None:
    denied = [decision for decision in exercised.decisions if not decision.allowed]
    assert [f"{found.who} {found.action} on {found.resource}" for found in denied] == []
    assert len({decision.who for decision in exercised.decisions}) > 15


def test_what_is_granted_is_what_this_list_says(exercised: Exercised) -> None:
    assert sorted(exercised.grants) == sorted(GRANTED)


@pytest.mark.parametrize("name", GRANTED)
def test_every_action_is_used_and_its_statement_would_be_missed(name: str, exercised: Exercised) -> None:
    grant = exercised.grants[name]
    uses = grant.uses(exercised.requests)
    assert (grant.unused(uses), grant.unreached(uses)) == ([], [])
    assert grant.missed(uses)


def test_an_action_nobody_uses_would_be_found(exercised: Exercised) -> None:
    for grant in exercised.grants.values():
        statement = replace(grant.statement, actions=(*grant.statement.actions, "dynamodb:DeleteTable"))
        planted = replace(grant, statement=statement)
        assert planted.unused(planted.uses(exercised.requests)) == ["dynamodb:DeleteTable"]


def test_a_statement_that_says_what_another_says_would_be_found(exercised: Exercised) -> None:
    name = next(name for name in exercised.grants if "BatchGetItem" in name)
    statement = replace(exercised.grants[name].statement, name="planted", allows=False)
    planted = replace(exercised.grants[name], statement=statement)
    assert not planted.missed(planted.uses(exercised.requests))


def test_a_statement_that_is_taken_away_denies_the_next_request(exercised: Exercised, walked: Walked) -> None:
    roles = iam_backends[ACCOUNT]["aws"].roles.values()
    role = next(role for role in roles if "-ApiRole" in role.name)
    (policy,) = role.policies
    document = role.policies.pop(policy)
    try:
        with pytest.raises(Exception, match="failed to answer"):
            walked.client.get("/models")
    finally:
        role.policies[policy] = document
    now = wiring().guard.decisions
    new = [decision for decision in now if not decision.allowed and decision not in exercised.decisions]
    assert {decision.who for decision in new} == {role.arn}
    assert {"dynamodb:Query", "dynamodb:GetItem"} & {decision.action for decision in new}
    walked.client.get("/models")
