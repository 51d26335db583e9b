"""A deploy never moves traffic: CloudFormation acts on what changes, and these properties never do."""

from __future__ import annotations

import pytest

from tests.infra.conftest import MODELS
from tests.infra.templates import Assembly


@pytest.mark.parametrize("model", MODELS)
def test_new_code_changes_no_property_of_the_bootstrap_version_and_the_alias(
    model: str, aws: Assembly, local: Assembly
) -> None:
    """The code for this machine is other code to the template, as is tomorrow's."""
    before = aws.templates[f"endpoint-{model}"]["Resources"]
    after = local.templates[f"endpoint-{model}"]["Resources"]
    assert before["Predict"]["Properties"]["Code"] != after["Predict"]["Properties"]["Code"]
    for logical_id in ("Bootstrap", "Live"):
        assert before[logical_id] == after[logical_id]
    assert before.keys() == after.keys()


def test_the_alias_is_live_and_points_at_the_bootstrap_version(aws: Assembly) -> None:
    resources = aws.templates["endpoint-returns"]["Resources"]
    assert resources["Bootstrap"]["Type"] == "AWS::Lambda::Version"
    assert resources["Bootstrap"]["Properties"]["FunctionName"] == {"Ref": "Predict"}
    assert resources["Live"]["Properties"] == {
        "Description": "Moved by the release workflow only",
        "FunctionName": {"Ref": "Predict"},
        "FunctionVersion": {"Fn::GetAtt": ["Bootstrap", "Version"]},
        "Name": "live",
    }


def test_there_is_one_version_and_one_alias_for_each_model(aws: Assembly) -> None:
    assert len(aws.resources("AWS::Lambda::Version")) == len(MODELS)
    assert len(aws.resources("AWS::Lambda::Alias")) == len(MODELS)


def test_the_route_and_the_permission_are_those_of_the_alias(aws: Assembly) -> None:
    resources = aws.templates["endpoint-returns"]["Resources"].values()
    integration = next(item for item in resources if item["Type"] == "AWS::ApiGatewayV2::Integration")
    assert integration["Properties"]["IntegrationUri"] == {"Ref": "Live"}
    permissions = [item["Properties"] for item in resources if item["Type"] == "AWS::Lambda::Permission"]
    calls = [item for item in permissions if item["Principal"] == "apigateway.amazonaws.com"]
    assert [item["FunctionName"] for item in calls] == [{"Ref": "Live"}]


def test_the_recorded_layers_are_exactly_those_of_the_function(aws: Assembly) -> None:
    resources = aws.templates["endpoint-returns"]["Resources"]
    recorded = next(item for item in resources.values() if item["Type"] == "AWS::SSM::Parameter")["Properties"]
    assert recorded["Name"] == "/serin/dev/endpoints/returns/layers"
    assert recorded["Type"] == "StringList"
    assert recorded["Value"] == {"Fn::Join": [",", resources["Predict"]["Properties"]["Layers"]]}
