"""Parameters: given, by default, from the Parameter Store, and refused."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.parameters import Parameter, resolve


def resolved(declared: dict[str, Any], **given: str) -> dict[str, Parameter]:
    store = {"/version": "30", "/names": "a, b"}
    return resolve(declared, given, lambda names: {name: store[name] for name in names if name in store})


def test_a_given_value_wins_over_the_default() -> None:
    found = resolved({"A": {"Type": "String", "Default": "x"}, "B": {"Default": 3}}, A="y")
    assert (found["A"].resolved, found["B"].resolved) == ("y", "3")


def test_a_value_of_the_parameter_store_is_read_and_both_are_kept() -> None:
    found = resolved({"V": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/version"}})["V"]
    assert (found.given, found.resolved, found.from_store) == ("/version", "30", True)
    listed = {"N": {"Type": "AWS::SSM::Parameter::Value<List<String>>", "Default": "/names"}}
    assert resolved(listed)["N"].resolved == ["a", "b"]


def test_a_list_is_split_and_a_secret_is_marked() -> None:
    found = resolved({"L": {"Type": "CommaDelimitedList"}, "S": {"Type": "String", "NoEcho": True}}, L="a, b", S="s")
    assert found["L"].resolved == ["a", "b"]
    assert found["S"].secret


@pytest.mark.parametrize(
    ("rules", "given", "said"),
    [
        ({}, {}, "Parameters: [A] must have values"),
        ({}, {"A": "x", "B": "y"}, "Parameters: [B] do not exist in the template"),
        ({"AllowedValues": ["a", "b"]}, {"A": "c"}, "Parameter 'A' must be one of AllowedValues"),
        ({"AllowedPattern": "[a-z]+"}, {"A": "X"}, "Parameter 'A' must match pattern [a-z]+"),
        ({"AllowedPattern": "[a-z]+", "ConstraintDescription": "small letters"}, {"A": "X"}, "small letters"),
        ({"MinLength": 2}, {"A": "x"}, "must contain at least 2 characters"),
        ({"MaxLength": 1}, {"A": "xy"}, "must contain at most 1 characters"),
        ({"Type": "Number"}, {"A": "x"}, "Parameter 'A' must be a number."),
        ({"Type": "Number", "MinValue": 3}, {"A": "2"}, "must be a number not less than 3"),
        ({"Type": "Number", "MaxValue": 3}, {"A": "4"}, "must be a number not greater than 3"),
        (
            {"Type": "AWS::SSM::Parameter::Value<String>"},
            {"A": "/none"},
            "Unable to fetch parameters [/none] from parameter store for this account.",
        ),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(rules: dict[str, Any], given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        resolved({"A": rules}, **given)
    assert said in refused.value.message
