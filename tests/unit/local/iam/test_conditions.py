from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.iam.conditions import conditions_of
from infra.local.iam.documents import check, statements_of
from serin.domain.errors import Invalid

KEY = "aws:SourceArn"
RULE = "arn:aws:events:us-east-1:123456789012:rule/serin/r"


def met(operator: str, wanted: Any, *found: str, key: str = KEY) -> bool:
    context = {key.lower(): found} if found else {}
    return all(condition.met(context) for condition in conditions_of({operator: {key: wanted}}))


@pytest.mark.parametrize(
    ("operator", "wanted", "found", "is_met"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", ["b", "a"], "a", True),
        ("StringEquals", "a*", "ab", False),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", "a", "b", True),
        ("StringEqualsIgnoreCase", "Ab", "aB", True),
        ("StringLike", "a*", "ab", True),
        ("StringNotLike", "a*", "ab", False),
        ("ArnEquals", RULE, RULE, True),
        ("ArnLike", "arn:aws:events:*:*:rule/serin/*", RULE, True),
        ("ArnLike", "arn:aws:events:*:rule/serin/*", RULE, False),
        ("ArnNotLike", "arn:aws:events:*:*:rule/other/*", RULE, True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", 10, "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "1", "two", False),
        ("NumericNotEquals", "1", "2", True),
        ("DateGreaterThan", "2013-04-01T00:00:00Z", "2013-04-01T04:00:00+00:00", True),
        ("DateLessThan", "1364774400", "2013-04-01T04:00:00Z", False),
        ("Bool", "false", "true", False),
        ("Bool", True, "true", True),
        ("IpAddress", "127.0.0.0/8", "127.0.0.1", True),
        ("NotIpAddress", "127.0.0.0/8", "127.0.0.1", False),
        ("Null", "true", "a", False),
        ("Null", "false", "a", True),
    ],
)
def test_an_operator_compares_as_iam_does(operator: str, wanted: Any, found: str, is_met: bool) -> None:
    assert met(operator, wanted, found) is is_met


@pytest.mark.parametrize(
    ("operator", "is_met"),
    [
        ("StringEquals", False),
        ("StringEqualsIfExists", True),
        ("StringNotEquals", True),
        ("Null", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAllValues:StringEquals", True),
    ],
)
def test_a_key_the_request_does_not_carry(operator: str, is_met: bool) -> None:
    assert met(operator, "true") is is_met


def test_many_values_are_met_by_any_or_by_all() -> None:
    assert met("ForAnyValue:StringEquals", ["a"], "a", "b", key="lambda:Layer")
    assert not met("ForAllValues:StringEquals", ["a"], "a", "b", key="lambda:Layer")
    assert met("ForAllValues:StringLike", ["a*", "b"], "a1", "b", key="lambda:Layer")


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ({"BinaryEquals": {KEY: "AA=="}}, "condition operator BinaryEquals"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, "condition key aws:principalorgid"),
        ({"StringEquals": {"s3:prefix": "a"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}, "multifactor"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_by_name(condition: Any, named: str) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    with pytest.raises(Invalid, match=named):
        check("p", json.dumps({"Statement": statement}))


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_condition_that_cannot_be_evaluated_counts_against_who_asks(effect: str) -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    document = {"Statement": {"Effect": effect, "Action": "*", "Resource": "*", "Condition": condition}}
    (statement,) = statements_of(json.dumps(document))
    assert statement.covers("s3:GetObject", "*", {}) is (effect == "Deny")
