"""CloudFormation: what it refuses of a template before there is a stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benches.rules.model import refused, rule
from benches.rules.stacks import Resources, Stack, of, queue, stack
from infra.local.cloud import LocalCloud

_GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
_ANATOMY = f"{_GUIDE}/template-anatomy.html"
_FUNCTIONS = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference"
_PARAMETERS = f"{_GUIDE}/parameters-section-structure.html"


def _refused(cloud: LocalCloud, message: str, resources: Resources, sections: Mapping[str, Any] | None = None) -> None:
    with refused("ValidationError", message=message):
        Stack(cloud).create(resources, sections)


@rule(service="cloudformation", says="a template without resources is refused", source=_ANATOMY)
def no_resources(cloud: LocalCloud) -> None:
    _refused(cloud, "At least one Resources member must be defined.", {})


@rule(service="cloudformation", says="a section nobody knows is refused", source=_ANATOMY)
def unknown_section(cloud: LocalCloud) -> None:
    _refused(cloud, "Invalid template property or properties [Outpust]", queue(), {"Outpust": {}})


@rule(service="cloudformation", says="a Ref to nothing is refused by name", source=f"{_FUNCTIONS}-ref.html")
def unresolved_reference(cloud: LocalCloud) -> None:
    said = "Unresolved resource dependencies [Nobody] in the Resources block of the template"
    _refused(cloud, said, queue(QueueName={"Ref": "Nobody"}))


@rule(
    service="cloudformation",
    says="a Ref to nothing in an output is refused by name",
    source=f"{_GUIDE}/outputs-section-structure.html",
)
def unresolved_output(cloud: LocalCloud) -> None:
    said = "Unresolved resource dependencies [Nobody] in the Outputs block of the template"
    _refused(cloud, said, queue(), {"Outputs": {"O": {"Value": {"Ref": "Nobody"}}}})


@rule(
    service="cloudformation",
    says="resources that need each other are refused by their names",
    source=f"{_GUIDE}/troubleshooting.html",
)
def circle(cloud: LocalCloud) -> None:
    said = "Circular dependency between resources: [A, B]"
    resources = {"A": of("SQS::Queue", QueueName={"Ref": "B"}), "B": of("SQS::Queue", QueueName={"Ref": "A"})}
    _refused(cloud, said, resources)


@rule(service="cloudformation", says="a parameter without a value is refused", source=_PARAMETERS)
def missing_parameter(cloud: LocalCloud) -> None:
    _refused(cloud, "Parameters: [Name] must have values", queue(), {"Parameters": {"Name": {"Type": "String"}}})


@rule(service="cloudformation", says="a value for no parameter is refused", source=_PARAMETERS)
def unknown_parameter(cloud: LocalCloud) -> None:
    with refused("ValidationError", message="Parameters: [Name] do not exist in the template"):
        Stack(cloud).create(queue(), Parameters=[{"ParameterKey": "Name", "ParameterValue": "x"}])


@rule(service="cloudformation", says="a value outside AllowedValues is refused", source=_PARAMETERS)
def value_not_allowed(cloud: LocalCloud) -> None:
    declared = {"Size": {"Type": "String", "AllowedValues": ["small", "large"], "Default": "huge"}}
    _refused(cloud, "Parameter 'Size' must be one of AllowedValues", queue(), {"Parameters": declared})


@rule(
    service="cloudformation",
    says="a parameter that is not in the Parameter Store is refused by its name",
    source=f"{_GUIDE}/cloudformation-supplied-parameter-types.html",
)
def not_in_the_store(cloud: LocalCloud) -> None:
    declared = {"Api": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/no/such"}}
    said = "Unable to fetch parameters [/no/such] from parameter store for this account."
    _refused(cloud, said, queue(), {"Parameters": declared})


@rule(
    service="cloudformation",
    says="a NoEcho parameter is never shown",
    source=_PARAMETERS,
)
def secret_parameter(cloud: LocalCloud) -> None:
    declared = {"Parameters": {"Key": {"Type": "String", "NoEcho": True}}}
    with stack(cloud, queue(), sections=declared, Parameters=[{"ParameterKey": "Key", "ParameterValue": "x"}]) as made:
        assert made.described()["Parameters"] == [{"ParameterKey": "Key", "ParameterValue": "****"}]


@rule(
    service="cloudformation",
    says="an attribute the type does not have is refused",
    source=f"{_FUNCTIONS}-getatt.html",
)
def unknown_attribute(cloud: LocalCloud) -> None:
    parameter = of("SSM::Parameter", Type="String", Value={"Fn::GetAtt": ["Q", "Nothing"]})
    with stack(cloud) as made:
        assert made.create({**queue(), "P": parameter}) == "ROLLBACK_COMPLETE"
        made.says("resource Q does not support attribute type Nothing in Fn::GetAtt")


@rule(
    service="cloudformation",
    says="a missing entry of a mapping is refused by its path",
    source=f"{_FUNCTIONS}-findinmap.html",
)
def unknown_mapping(cloud: LocalCloud) -> None:
    with stack(cloud) as made:
        named = queue(QueueName={"Fn::FindInMap": ["Names", "eu", "queue"]})
        assert made.create(named, {"Mappings": {"Names": {"us": {"queue": "q"}}}}) == "ROLLBACK_COMPLETE"
        made.says("Unable to get mapping for Names::eu::queue")


@rule(
    service="cloudformation",
    says="a resource whose condition is false is not made, and AWS::NoValue leaves a property out",
    source=f"{_FUNCTIONS}-conditions.html",
)
def conditions(cloud: LocalCloud) -> None:
    sections = {"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}}
    name = {"Fn::If": ["Never", "named", {"Ref": "AWS::NoValue"}]}
    resources = {**queue(QueueName=name), "Not": {**of("SQS::Queue"), "Condition": "Never"}}
    with stack(cloud, resources, sections=sections) as made:
        assert "Not CREATE_COMPLETE" not in made.events()
        assert f"/{made.name}-Q-" in made.physical("Q")
