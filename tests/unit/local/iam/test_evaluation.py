from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.iam.evaluation import Asked, Policies, evaluate
from tests.unit.local.iam.asking import ADMINISTRATOR, EVENTS, ROLE, SESSION, decided, policy, statement

GET = Asked("s3:GetObject", "arn:aws:s3:::lake/datasets/a")
ASSUME = Asked("sts:AssumeRole", ROLE)
PLAIN_HTTP = statement("Deny", "s3:*", Principal={"AWS": "*"}, Condition={"Bool": {"aws:SecureTransport": "false"}})


def test_what_nothing_allows_is_denied() -> None:
    verdict = decided(GET)
    assert (verdict.allowed, verdict.statement) == (False, None)
    assert verdict.reason == "because no identity-based policy allows the s3:GetObject action"


def test_the_statement_that_allows_is_named_by_its_sid_or_its_number() -> None:
    allowed = statement("Allow", "s3:Get*")
    assert decided(GET, statement("Allow", "sqs:*"), allowed).statement == "reader/own/1"
    assert decided(GET, {**allowed, "Sid": "Reads"}).statement == "reader/own/Reads"


def test_an_explicit_deny_wins_wherever_it_is() -> None:
    everything = statement("Allow", "*")
    verdict = decided(GET, everything, statement("Deny", "s3:*", "arn:aws:s3:::lake/*"))
    assert (verdict.allowed, verdict.statement) == (False, "reader/own/1")
    assert verdict.reason == "with an explicit deny in an identity-based policy"
    bucket = policy(statement("Deny", "s3:*", Principal="*"), name="lake")
    assert decided(GET, everything, resource=bucket).reason == "with an explicit deny in a resource-based policy"
    assert not decided(GET, resource=bucket, caller=ADMINISTRATOR).allowed


def test_what_a_resource_denies_an_account_it_denies_everybody_in_it() -> None:
    everything = statement("Allow", "*")
    for account, allowed in ((SESSION.account, False), (f"arn:aws:iam::{SESSION.account}:root", False), ("999", True)):
        bucket = policy(statement("Deny", "s3:*", Principal={"AWS": account}), name="lake")
        assert decided(GET, everything, resource=bucket).allowed is allowed


def test_a_bucket_that_denies_plain_http_lets_encrypted_requests_through() -> None:
    bucket = policy(PLAIN_HTTP, name="lake")
    for encrypted in ("true", "false"):
        asked = Asked(GET.action, GET.resource, {"aws:securetransport": (encrypted,)})
        assert decided(asked, statement("Allow", "s3:*"), resource=bucket).allowed is (encrypted == "true")


def test_not_action_and_not_resource_mean_everything_else() -> None:
    other = {"Effect": "Allow", "NotAction": ["sqs:*"], "Resource": "*"}
    assert decided(GET, other).allowed
    assert not decided(Asked("sqs:SendMessage", "arn:aws:sqs:us-east-1:1:q"), other).allowed
    elsewhere = {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::lake/datasets/*"}
    assert not decided(GET, elsewhere).allowed
    assert decided(Asked("s3:GetObject", "arn:aws:s3:::lake/other"), elsewhere).allowed


@pytest.mark.parametrize(
    ("principal", "alone", "with_its_own"),
    [
        ({"AWS": ROLE}, True, True),
        ({"AWS": SESSION.arn}, True, True),
        ("*", True, True),
        ({"AWS": "arn:aws:iam::123456789012:root"}, False, True),
        ({"AWS": "123456789012"}, False, True),
        ({"AWS": "arn:aws:iam::123456789012:role/other"}, False, True),
        ({"Service": "events.amazonaws.com"}, False, True),
    ],
)
def test_a_resources_policy_allows_whom_it_names_itself(principal: Any, alone: bool, with_its_own: bool) -> None:
    resource = policy(statement("Allow", "s3:*", Principal=principal), name="lake")
    assert decided(GET, resource=resource).allowed is alone
    assert decided(GET, statement("Allow", "s3:*"), resource=resource).allowed is with_its_own


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        ({"Service": "events.amazonaws.com"}, True),
        ({"Service": ["lambda.amazonaws.com", "events.us-east-1.amazonaws.com"]}, True),
        ({"Service": "lambda.amazonaws.com"}, False),
        ({"AWS": "123456789012"}, False),
    ],
)
def test_a_service_may_what_the_resources_policy_lets_it(principal: Any, allowed: bool) -> None:
    resource = policy(statement("Allow", "s3:GetObject", Principal=principal), name="lake")
    verdict = evaluate(EVENTS, GET, Policies(resource=resource, resource_decides=True))
    assert verdict.allowed is allowed
    assert allowed or verdict.reason == "because no resource-based policy allows the s3:GetObject action"


def test_a_role_is_assumed_only_by_whom_it_trusts() -> None:
    own = (policy(statement("Allow", "sts:AssumeRole")),)
    trusts = {
        "this role": (policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ROLE}}), (), True),
        "the account": (
            policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}),
            own,
            True,
        ),
        "nobody": (policy(), own, False),
    }
    for trust, identity, allowed in trusts.values():
        assert evaluate(SESSION, ASSUME, Policies(identity, resource=trust, resource_decides=True)).allowed is allowed
    account = trusts["the account"][0]
    assert not evaluate(SESSION, ASSUME, Policies((), resource=account, resource_decides=True)).allowed


def test_a_boundary_limits_what_policies_allow() -> None:
    own = (policy(statement("Allow", "*")),)
    boundary = policy(statement("Allow", "sqs:*"), name="reader/boundary")
    verdict = evaluate(SESSION, GET, Policies(own, boundary=boundary))
    assert (verdict.allowed, verdict.reason) == (
        False,
        "because no permissions boundary allows the s3:GetObject action",
    )
    wider = policy(statement("Allow", "s3:*"), name="reader/boundary")
    assert evaluate(SESSION, GET, Policies(own, boundary=wider)).statement == "reader/own/0"


ACTIONS = st.sampled_from(["s3:GetObject", "s3:PutObject", "s3:*", "sqs:SendMessage", "*"])
RESOURCES = st.sampled_from(["*", "arn:aws:s3:::lake/*", "arn:aws:s3:::lake/datasets/a", "arn:aws:sqs:us-east-1:1:q"])
CONDITIONS = st.sampled_from(
    [{}, {"Bool": {"aws:SecureTransport": "true"}}, {"StringEquals": {"aws:PrincipalOrgID": "o"}}]
)
STATEMENTS = st.builds(
    lambda effect, action, resource, condition: statement(effect, action, resource, Condition=condition),
    st.sampled_from(["Allow", "Deny"]),
    ACTIONS,
    RESOURCES,
    CONDITIONS,
)
REQUESTS = st.builds(
    lambda action, resource: Asked(action, resource, {"aws:securetransport": ("true",)}),
    st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]),
    st.sampled_from(["arn:aws:s3:::lake/datasets/a", "arn:aws:s3:::other/b", "arn:aws:sqs:us-east-1:1:q"]),
)


@given(REQUESTS, st.lists(STATEMENTS, max_size=6), STATEMENTS)
def test_one_more_deny_never_allows_anything(asked: Asked, own: list[dict[str, Any]], extra: dict[str, Any]) -> None:
    denying = {**extra, "Effect": "Deny"}
    assert decided(asked, *own).allowed or not decided(asked, *own, denying).allowed


@given(REQUESTS, st.lists(STATEMENTS, min_size=1, max_size=6), st.data())
def test_one_allow_less_never_allows_anything(asked: Asked, own: list[dict[str, Any]], data: st.DataObject) -> None:
    allows = [number for number, one in enumerate(own) if one["Effect"] == "Allow"]
    if not allows:
        assert not decided(asked, *own).allowed
        return
    gone = data.draw(st.sampled_from(allows))
    left = [one for number, one in enumerate(own) if number != gone]
    assert decided(asked, *own).allowed or not decided(asked, *left).allowed


@given(REQUESTS, st.lists(STATEMENTS, max_size=6))
def test_the_statement_that_decided_is_one_of_the_policys(asked: Asked, own: list[dict[str, Any]]) -> None:
    verdict = decided(asked, *own)
    if verdict.statement is None:
        assert not verdict.allowed
    else:
        decided_by = own[int(verdict.statement.rpartition("/")[2])]
        assert decided_by["Effect"] == ("Allow" if verdict.allowed else "Deny")


def test_what_was_decided_once_says_nothing_of_another_context_or_another_document() -> None:
    own = statement("Allow", "s3:GetObject", "arn:aws:s3:::lake/${aws:PrincipalAccount}/*")
    other = {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::lake/${aws:PrincipalAccount}/*"}
    for account, allowed in (("1", True), ("2", False), ("1", True)):
        asked = Asked("s3:GetObject", "arn:aws:s3:::lake/1/a", {"aws:principalaccount": (account,)})
        assert decided(asked, own).allowed is allowed
        assert decided(asked, other).allowed is not allowed
    for action, allowed in (("s3:Get*", True), ("s3:Put*", False), ("s3:Get*", True)):
        assert decided(GET, statement("Allow", action)).allowed is allowed
