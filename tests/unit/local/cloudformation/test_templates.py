"""Templates as CloudFormation reads them, and as it refuses them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.cloudformation.bodies import body_of
from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.order import check_references
from infra.local.cloudformation.plan import wish
from infra.local.cloudformation.template import read_template
from tests.unit.local.cloudformation.stacks import one, scope_of, template

YAML = """
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Stage: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: 2012-10-17}
  Queue:
    Type: AWS::SQS::Queue
    Condition: IsProd
    DependsOn: Role
    DeletionPolicy: Retain
    Properties:
      QueueName: !Sub "${AWS::StackName}-${Stage}"
      Tags:
        - {Key: role, Value: !GetAtt Role.Arn}
        - {Key: list, Value: !Join [",", [a, !Ref Stage]]}
"""


def test_yaml_with_short_functions_reads_as_json_with_long_ones() -> None:
    queue = read_template(YAML).resources["Queue"]
    assert (queue.condition, queue.depends_on, queue.deletion_policy) == ("IsProd", ("Role",), "Retain")
    assert queue.properties == {
        "QueueName": {"Fn::Sub": "${AWS::StackName}-${Stage}"},
        "Tags": [
            {"Key": "role", "Value": {"Fn::GetAtt": ["Role", "Arn"]}},
            {"Key": "list", "Value": {"Fn::Join": [",", ["a", {"Ref": "Stage"}]]}},
        ],
    }


def test_a_date_in_yaml_stays_text() -> None:
    role = read_template(YAML).resources["Role"]
    assert role.properties["AssumeRolePolicyDocument"] == {"Version": "2012-10-17"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "At least one Resources member must be defined."),
        ({"Resources": {"A": {}}}, "Every Resources object must contain a Type member."),
        ({"Resources": {"A": {"Type": "T", "Propertys": {}}}}, "Invalid template resource property 'Propertys'"),
        ({"Resources": {"A": one()}, "Outpust": {}}, "Invalid template property or properties [Outpust]"),
        ({"Resources": {"A": {"Type": "T", "DeletionPolicy": "Keep"}}}, "Unrecognized DeletionPolicy Keep"),
        ({"Resources": {"A": one()}, "Transform": "AWS::Serverless-2016-10-31"}, "Transform"),
    ],
)
def test_a_malformed_template_is_refused(document: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_template(json.dumps(document))
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"Resources": {f"A{at}": one() for at in range(501)}}, "Number of resources, 501, is greater than maximum"),
        (
            {"Outputs": {f"O{at}": {"Value": ""} for at in range(201)}},
            "Number of outputs, 201, is greater than max",
        ),
        ({"Parameters": {f"P{at}": {} for at in range(201)}}, "Number of parameters, 201, is greater than maximum"),
        ({"Description": "x" * 1_000_000}, "Template may not exceed 1000000 bytes in size"),
    ],
)
def test_a_template_that_is_too_large_is_refused(sections: dict[str, Any], said: str) -> None:
    read_template(json.dumps({"Resources": {f"A{at}": one() for at in range(500)}}))
    with pytest.raises(ValidationError, match=said):
        read_template(json.dumps({"Resources": {"A": one()}, **sections}))


def test_a_request_holds_less_of_a_template_than_a_bucket() -> None:
    assert body_of("x" * 51_200, None)
    with pytest.raises(ValidationError, match="length less than or equal to 51200"):
        body_of("x" * 51_201, None)


@pytest.mark.parametrize("body", ["{", "a: [", "just text"])
def test_what_is_no_template_is_refused(body: str) -> None:
    with pytest.raises(ValidationError, match="Template format error"):
        read_template(body)


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nobody"},
        {"Fn::GetAtt": ["Nobody", "Arn"]},
        {"Fn::Sub": "x-${Nobody.Arn}"},
        {"Fn::Sub": ["${own}", {"own": {"Ref": "Nobody"}}]},
        {"Fn::Join": ["", ["a", {"Ref": "Nobody"}]]},
    ],
)
def test_a_name_that_nothing_has_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        check_references(template({"A": one(Value=value)}))
    assert refused.value.message == (
        "Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template"
    )


def test_names_of_a_sub_that_it_defines_itself_or_that_are_literal_are_known() -> None:
    check_references(template({"A": one(Value={"Fn::Sub": ["${own} ${!Literal} ${AWS::Region}", {"own": "x"}]})}))


def test_an_unknown_name_in_the_outputs_or_in_depends_on_is_refused() -> None:
    with pytest.raises(ValidationError, match="in the Outputs block"):
        check_references(template({"A": one()}, Outputs={"O": {"Value": {"Ref": "B"}}}))
    with pytest.raises(ValidationError, match=r"\[B\] in the Resources block"):
        check_references(template({"A": {**one(), "DependsOn": "B"}}))


def test_an_unknown_condition_is_refused() -> None:
    with pytest.raises(ValidationError, match="Unresolved condition dependency IsProd"):
        check_references(template({"A": {**one(), "Condition": "IsProd"}}))


def test_a_circle_is_refused_by_the_names_on_it() -> None:
    circle = {"A": one(X={"Ref": "B"}), "B": {**one(), "DependsOn": ["A"]}, "Waits": one(X={"Ref": "A"})}
    with pytest.raises(ValidationError) as refused:
        wish(scope_of(template(circle)))
    assert refused.value.message == "Circular dependency between resources: [A, B]"


def test_resources_come_after_what_they_refer_to_and_what_they_depend_on() -> None:
    read = template({"C": {**one(), "DependsOn": "B"}, "B": one(X={"Fn::Sub": "${A.Arn}"}), "A": one()})
    assert wish(scope_of(read)).order == ("A", "B", "C")


def test_a_reference_in_a_branch_that_is_not_taken_is_no_dependency() -> None:
    branch = {"Fn::If": ["Never", {"Ref": "B"}, "x"]}
    read = template({"A": one(X=branch), "B": one(X={"Ref": "A"})}, Conditions={"Never": {"Fn::Equals": ["a", "b"]}})
    assert wish(scope_of(read)).order == ("A", "B")


def test_a_resource_whose_condition_does_not_hold_is_not_asked_for() -> None:
    read = template(
        {"A": one(), "B": {**one(), "Condition": "Never"}}, Conditions={"Never": {"Fn::Equals": ["a", "b"]}}
    )
    assert wish(scope_of(read)).order == ("A",)
