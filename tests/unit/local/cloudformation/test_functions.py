"""Each intrinsic function, pseudo parameter and dynamic reference."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.functions import evaluate
from infra.local.cloudformation.parameters import Parameter
from tests.unit.local.cloudformation.stacks import made_of, one, scope_of, template

READ = template(
    {"A": one(), "B": one()},
    Mappings={"Sizes": {"prod": {"memory": 1024}}},
    Conditions={
        "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
        "IsProd": {"Fn::Not": [{"Condition": "IsDev"}]},
        "Both": {"Fn::And": [{"Condition": "IsDev"}, {"Condition": "IsProd"}]},
        "Either": {"Fn::Or": [{"Condition": "IsDev"}, {"Condition": "IsProd"}]},
    },
)
PARAMETERS = {"Stage": Parameter("dev", "dev"), "Names": Parameter("a,b", ["a", "b"])}


def value(of: Any) -> Any:
    return evaluate(of, scope_of(READ, made_of(READ, PARAMETERS), PARAMETERS))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"Ref": "A"}, "id-A"),
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Names"}, ["a", "b"]),
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Ref": "AWS::AccountId"}, "123456789012"),
        ({"Ref": "AWS::Partition"}, "aws"),
        ({"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
        ({"Ref": "AWS::StackName"}, "s"),
        ({"Ref": "AWS::StackId"}, "arn:stack"),
        ({"Fn::GetAtt": ["A", "Arn"]}, "arn-A"),
        ({"Fn::GetAtt": "A.Arn"}, "arn-A"),
        ({"Fn::Sub": "${A}/${A.Arn}/${Stage}/${!Kept}"}, "id-A/arn-A/dev/${Kept}"),
        ({"Fn::Sub": ["${x}-${Stage}", {"x": {"Ref": "B"}}]}, "id-B-dev"),
        ({"Fn::Join": ["-", ["x", {"Ref": "A"}, 3, True]]}, "x-id-A-3-true"),
        ({"Fn::Join": ["-", {"Ref": "Names"}]}, "a-b"),
        ({"Fn::Select": [1, {"Fn::Split": ["/", "a/b/c"]}]}, "b"),
        ({"Fn::Select": ["0", {"Ref": "Names"}]}, "a"),
        ({"Fn::FindInMap": ["Sizes", "prod", "memory"]}, 1024),
        ({"Fn::FindInMap": ["Sizes", "dev", "memory", {"DefaultValue": 128}]}, 128),
        ({"Fn::If": ["IsDev", "small", "large"]}, "small"),
        ({"Fn::If": ["IsProd", "large", "small"]}, "small"),
        ({"Fn::If": ["Both", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
        ({"Fn::ImportValue": "shared-bus"}, "bus-1"),
        ({"Fn::ImportValue": {"Fn::Sub": ["shared-${x}", {"x": "bus"}]}}, "bus-1"),
        ({"Fn::Base64": "text"}, "dGV4dA=="),
        ({"Fn::GetAZs": ""}, ["us-east-1a", "us-east-1b", "us-east-1c"]),
        ({"Fn::Cidr": ["10.0.0.0/16", 2, 8]}, ["10.0.0.0/24", "10.0.1.0/24"]),
        ({"Fn::Contains": [["1", "2"], "2"]}, True),
        ("{{resolve:ssm:/api/id}}", "api-1"),
        ({"Fn::Sub": "x-{{resolve:ssm:/api/id}}"}, "x-api-1"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": 1}, {"b": 1}),
        ([{"Ref": "AWS::NoValue"}, 1], [1]),
    ],
)
def test_a_function_answers_as_cloudformation_does(given: Any, found: Any) -> None:
    assert value(given) == found


def test_what_is_no_function_stays_as_it_is() -> None:
    statement = {"Effect": "Allow", "Condition": {"Bool": {"x": "true"}}}
    assert value([statement, {"Condition": {"Bool": {}}}, 1, None]) == [statement, {"Condition": {"Bool": {}}}, 1, None]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"Fn::GetAtt": ["A", "Nothing"]}, "resource A does not support attribute type Nothing in Fn::GetAtt"),
        ({"Fn::Select": [3, ["a"]]}, "Fn::Select cannot select nonexistent value at index 3"),
        ({"Fn::FindInMap": ["Sizes", "dev", "memory"]}, "Unable to get mapping for Sizes::dev::memory"),
        ({"Fn::ImportValue": "nobody"}, "No export named nobody found."),
        ({"Fn::If": ["Nobody", 1, 2]}, "unresolved condition dependency: Nobody"),
        ({"Fn::Transform": {"Name": "x"}}, "does not evaluate Fn::Transform"),
        ("{{resolve:ssm:/none}}", "Unable to fetch parameters [/none] from parameter store for this account."),
        ("{{resolve:secretsmanager:s}}", "resolves {{resolve:ssm"),
    ],
)
def test_what_cannot_be_answered_is_refused(given: Any, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        value(given)
    assert said in refused.value.message
