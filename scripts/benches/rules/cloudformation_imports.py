"""What is there already becomes a stack's own, and what outlives a stack; quotas of templates."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3

from benches.rules.model import Attempt, refused, rule
from benches.rules.stacks import Stack, refused_by_its_service, stack
from infra.local.cloud import LocalCloud

_GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
_IMPORT = f"{_GUIDE}/resource-import.html"
_NEW = f"{_GUIDE}/resource-import-new-stack.html"
_POLICY = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html"
_QUOTAS = f"{_GUIDE}/cloudformation-limits.html"


def _bucket(name: str, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}, "DeletionPolicy": "Retain", **more}


def _asked(name: str, key: str = "BucketName") -> list[dict[str, Any]]:
    return [{"ResourceType": "AWS::S3::Bucket", "LogicalResourceId": "B", "ResourceIdentifier": {key: name}}]


@contextmanager
def _left(cloud: LocalCloud) -> Iterator[tuple[Stack, str]]:
    """A stack that is not there yet, and a bucket that is."""
    s3, name = boto3.client("s3", **cloud.client), f"rule-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    try:
        with stack(cloud) as case:
            yield case, name
    finally:
        s3.delete_bucket(Bucket=name)


def _import(case: Stack, resources: Mapping[str, Any], asked: list[dict[str, Any]], **sections: Any) -> str:
    """The status an import ends in."""
    case.api.create_change_set(
        StackName=case.name,
        ChangeSetName="i",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": resources, **sections}),
        ResourcesToImport=asked,
    )
    case.api.execute_change_set(StackName=case.name, ChangeSetName="i")
    return case.ended()


@rule(service="cloudformation", says="a new stack is made of what is there already", source=_NEW)
def import_into_a_new_stack(cloud: LocalCloud) -> None:
    with _left(cloud) as (case, name):
        assert _import(case, {"B": _bucket(name)}, _asked(name)) == "IMPORT_COMPLETE"
        (resource,) = case.api.describe_stack_resources(StackName=case.name)["StackResources"]
        assert (resource["PhysicalResourceId"], resource["ResourceStatus"]) == (name, "IMPORT_COMPLETE")


@rule(service="cloudformation", says="what was imported is updated like all else", source=_IMPORT)
def update_after_an_import(cloud: LocalCloud) -> None:
    with _left(cloud) as (case, name):
        _import(case, {"B": _bucket(name)}, _asked(name))
        topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}
        assert case.update({"B": _bucket(name), "T": topic}) == "UPDATE_COMPLETE"


@rule(service="cloudformation", says="what is imported has a deletion policy", source=_IMPORT)
def import_without_a_policy(cloud: LocalCloud) -> None:
    resource = {key: value for key, value in _bucket("x").items() if key != "DeletionPolicy"}
    with _left(cloud) as (case, name), refused("ValidationError", message="missing DeletionPolicy"):
        _import(case, {"B": {**resource, "Properties": {"BucketName": name}}}, _asked(name))


@rule(service="cloudformation", says="an import changes nothing else", source=_IMPORT)
def import_with_something_new(cloud: LocalCloud) -> None:
    topic = {"Type": "AWS::SNS::Topic", "DeletionPolicy": "Delete"}
    with _left(cloud) as (case, name), refused("ValidationError", message="[T] in your template that are not being"):
        _import(case, {"B": _bucket(name), "T": topic}, _asked(name))


@rule(service="cloudformation", says="an import adds no outputs", source=_IMPORT)
def import_with_outputs(cloud: LocalCloud) -> None:
    with _left(cloud) as (case, name), refused("ValidationError", message="cannot modify or add [Outputs]"):
        _import(case, {"B": _bucket(name)}, _asked(name), Outputs={"O": {"Value": "x"}})


@rule(service="cloudformation", says="a resource is known by its type's own property", source=_IMPORT)
def import_by_another_property(cloud: LocalCloud) -> None:
    with _left(cloud) as (case, name), refused("ValidationError", message="BucketName"):
        _import(case, {"B": _bucket(name)}, _asked(name, key="Name"))


@rule(service="cloudformation", says="what belongs to a stack is not imported into another", source=_IMPORT)
def import_of_what_another_has(cloud: LocalCloud) -> None:
    with _left(cloud) as (case, name), stack(cloud) as other:
        _import(case, {"B": _bucket(name)}, _asked(name))
        with refused("ValidationError", message="already exists in stack"):
            _import(other, {"B": _bucket(name)}, _asked(name))


@rule(service="cloudformation", says="an import of what is not there is taken back", source=_IMPORT)
def import_of_nothing(cloud: LocalCloud) -> None:
    name = f"rule-{uuid.uuid4().hex[:12]}"
    with stack(cloud) as case:
        assert _import(case, {"B": _bucket(name)}, _asked(name)) == "IMPORT_ROLLBACK_COMPLETE"
        assert case.api.describe_stack_resources(StackName=case.name)["StackResources"] == []


@rule(service="cloudformation", says="RetainExceptOnCreate keeps a resource when its stack goes", source=_POLICY)
def retained_when_the_stack_goes(cloud: LocalCloud) -> None:
    name = f"rule-{uuid.uuid4().hex[:12]}"
    with stack(cloud) as case:
        case.create({"B": _bucket(name, DeletionPolicy="RetainExceptOnCreate")})
        case.delete()
    boto3.client("s3", **cloud.client).delete_bucket(Bucket=name)


@rule(service="cloudformation", says="RetainExceptOnCreate lets a failed creation be repeated", source=_POLICY)
def not_retained_when_the_creation_fails(cloud: LocalCloud) -> None:
    name = f"rule-{uuid.uuid4().hex[:12]}"
    with stack(cloud) as case:
        kept = _bucket(name, DeletionPolicy="RetainExceptOnCreate")
        created = case.create({"B": kept, "F": refused_by_its_service("B")})
        assert created == "ROLLBACK_COMPLETE"
        with refused("404", status=404):
            boto3.client("s3", **cloud.client).head_bucket(Bucket=name)


_TOPIC = {"T": {"Type": "AWS::SNS::Topic"}}
_TOO_MUCH: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("resources", {"Resources": {f"T{at}": _TOPIC["T"] for at in range(501)}}, "Number of resources, 501"),
    ("outputs", {"Outputs": {f"O{at}": {"Value": "x"} for at in range(201)}}, "Number of outputs, 201"),
    ("parameters", {"Parameters": {f"P{at}": {"Type": "String"} for at in range(201)}}, "Number of parameters, 201"),
    ("mappings", {"Mappings": {f"M{at}": {"a": {"b": "c"}} for at in range(201)}}, "Number of mappings, 201"),
    ("mapping", {"Mappings": {"M": {"a": {f"b{at}": "c" for at in range(201)}}}}, "mapping attributes in M, 201"),
    ("description", {"Description": "x" * 1_025}, "'Description' length is greater than 1024"),
    ("name", {"Resources": {"T" * 256: _TOPIC["T"]}}, "is longer than 255 characters"),
    ("signs_in_a_name", {"Resources": {"T-1": _TOPIC["T"]}}, "Resource name T-1 is non alphanumeric."),
    ("bytes", {"Metadata": "x" * 51_200}, "length less than or equal to 51200"),
)


def _refusing(sections: dict[str, Any], says: str, name: str) -> Attempt:
    def attempt(cloud: LocalCloud) -> None:
        body = json.dumps({"Resources": _TOPIC, **sections})
        with refused("ValidationError", message=says):
            boto3.client("cloudformation", **cloud.client).validate_template(TemplateBody=body)

    attempt.__name__ = f"too_many_{name}"
    return attempt


for _name, _sections, _says in _TOO_MUCH:
    rule(service="cloudformation", says=f"a template has a quota of {_name}", source=_QUOTAS)(
        _refusing(_sections, _says, _name)
    )


def _creating(name: str, says: str, **asked: Any) -> Attempt:
    def attempt(cloud: LocalCloud) -> None:
        body = json.dumps({"Parameters": {"P": {"Type": "String", "Default": "p"}}, "Resources": _TOPIC})
        with refused("ValidationError", message=says):
            client: Any = boto3.client("cloudformation", **cloud.client)
            client.create_stack(**{"StackName": "rule", "TemplateBody": body, **asked})

    attempt.__name__ = f"stack_with_{name}"
    return attempt


_MEMBER = "failed to satisfy constraint: Member must"
for _name, _says, _more in (
    ("a_wrong_name", f"at 'stackName' {_MEMBER} satisfy regular expression pattern", {"StackName": "1rule"}),
    ("a_long_name", f"at 'stackName' {_MEMBER} have length less than or equal to 128", {"StackName": "r" * 129}),
    ("a_long_value", "at most 4096 bytes", {"Parameters": [{"ParameterKey": "P", "ParameterValue": "x" * 4_097}]}),
    ("many_tags", f"at 'tags' {_MEMBER}", {"Tags": [{"Key": f"k{at}", "Value": "v"} for at in range(51)]}),
):
    rule(service="cloudformation", says=f"a stack is not made with {_name}", source=_QUOTAS)(
        _creating(_name, _says, **_more)
    )
