"""Outputs, exports and parameters, as other stacks and tools see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import running
from tests.e2e.local.stack_calls import Stacks
from tests.e2e.local.templates import Resources, aws, ref, resource


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """One for all; every test has stacks of its own."""
    with running(Path(tmp_path_factory.mktemp("cloud")), {}) as started:
        yield started


@pytest.fixture
def stacks(cloud: LocalCloud) -> Stacks:
    return Stacks(cloud)


def exporting(name: str, value: Any) -> dict[str, Any]:
    return {"Outputs": {"Shared": {"Value": value, "Description": "for others", "Export": {"Name": name}}}}


def queue(name: str) -> Resources:
    return {"Q": resource("SQS::Queue", QueueName=name)}


def importing(export: str) -> Resources:
    return {"P": resource("SSM::Parameter", Type="String", Value={"Fn::ImportValue": export})}


def test_outputs_are_told_and_an_export_reaches_another_stack(stacks: Stacks, cloud: LocalCloud) -> None:
    stacks.create("gives", queue("gives"), Sections=exporting("gives-queue", {"Fn::GetAtt": ["Q", "QueueName"]}))
    assert stacks.described("gives")["Outputs"] == [
        {"OutputKey": "Shared", "OutputValue": "gives", "Description": "for others", "ExportName": "gives-queue"}
    ]
    assert stacks.create("takes", importing("gives-queue")) == "CREATE_COMPLETE"
    name = stacks.physical("takes")["P"]
    assert aws(cloud, "ssm").get_parameter(Name=name)["Parameter"]["Value"] == "gives"
    exported = {one["Name"]: one["Value"] for one in stacks.api.list_exports()["Exports"]}
    assert exported["gives-queue"] == "gives"
    assert stacks.api.list_imports(ExportName="gives-queue")["Imports"] == ["takes"]


def test_an_imported_export_cannot_change_or_go_until_nobody_imports_it(stacks: Stacks) -> None:
    stacks.create("owner", queue("owner"), Sections=exporting("owned", "old"))
    stacks.create("user", importing("owned"))
    assert stacks.update("owner", queue("owner"), Sections=exporting("owned", "new")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Export owned cannot be updated as it is in use by user" in stacks.reasons("owner")
    assert stacks.update("owner", queue("owner2")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Export owned cannot be deleted as it is in use by user" in stacks.reasons("owner")
    assert stacks.delete("owner") == "UPDATE_ROLLBACK_COMPLETE"
    assert "Cannot delete export owned as it is in use by user" in stacks.described("owner")["StackStatusReason"]
    assert stacks.physical("owner")["Q"].endswith("/owner")
    stacks.delete("user")
    assert stacks.update("owner", queue("owner"), Sections=exporting("owned", "new")) == "UPDATE_COMPLETE"
    assert stacks.delete("owner") == "DELETE_COMPLETE"


def test_an_exports_name_is_one_stacks_alone(stacks: Stacks) -> None:
    stacks.create("first", queue("first"), Sections=exporting("only", "x"))
    assert stacks.create("second", queue("second"), Sections=exporting("only", "x")) == "ROLLBACK_COMPLETE"
    assert "Export with name only is already exported by stack first" in stacks.reasons("second")


def test_an_import_of_nothing_fails_the_resource(stacks: Stacks) -> None:
    assert stacks.create("lonely", importing("nobody")) == "ROLLBACK_COMPLETE"
    assert "No export named nobody found" in stacks.reasons("lonely")


def test_parameters_are_told_with_what_they_stand_for_and_secrets_are_not(stacks: Stacks, cloud: LocalCloud) -> None:
    aws(cloud, "ssm").put_parameter(Name="/api", Value="api-1", Type="String")
    sections = {
        "Parameters": {
            "Api": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/api"},
            "Secret": {"Type": "String", "NoEcho": True},
        }
    }
    made = {"P": resource("SSM::Parameter", Name="/copy", Type="String", Value=ref("Api"))}
    given = [{"ParameterKey": "Secret", "ParameterValue": "hidden"}]
    stacks.create("parameters", made, Sections=sections, Parameters=given)
    assert stacks.described("parameters")["Parameters"] == [
        {"ParameterKey": "Api", "ParameterValue": "/api", "ResolvedValue": "api-1"},
        {"ParameterKey": "Secret", "ParameterValue": "****"},
    ]
    aws(cloud, "ssm").put_parameter(Name="/api", Value="api-2", Type="String", Overwrite=True)
    kept = [{"ParameterKey": "Secret", "UsePreviousValue": True}]
    assert stacks.update("parameters", made, Sections=sections, Parameters=kept) == "UPDATE_COMPLETE"
    assert aws(cloud, "ssm").get_parameter(Name="/copy")["Parameter"]["Value"] == "api-2"


def test_a_missing_parameter_is_refused_before_there_is_a_stack(stacks: Stacks) -> None:
    with pytest.raises(ClientError, match=r"Parameters: \[Name\] must have values"):
        stacks.create("missing", queue("missing"), Sections={"Parameters": {"Name": {"Type": "String"}}})
    with pytest.raises(ClientError, match="does not exist"):
        stacks.described("missing")


def test_a_template_comes_back_as_it_was_given(stacks: Stacks) -> None:
    text = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub '${AWS::StackName}-q'\n"
    stacks.api.create_stack(StackName="yaml", TemplateBody=text)
    assert stacks.ended("yaml") == "CREATE_COMPLETE"
    assert stacks.physical("yaml")["Q"].endswith("/yaml-q")
    assert stacks.api.get_template(StackName="yaml")["TemplateBody"] == text


def test_a_template_may_lie_in_a_bucket(stacks: Stacks, cloud: LocalCloud) -> None:
    s3 = aws(cloud, "s3")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="t.json", Body=b'{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}')
    stacks.api.create_stack(StackName="url", TemplateURL="https://s3.us-east-1.amazonaws.com/templates/t.json")
    assert stacks.ended("url") == "CREATE_COMPLETE"


def test_what_is_not_understood_is_refused_by_name(stacks: Stacks) -> None:
    with pytest.raises(ClientError, match="does not understand DetectStackDrift"):
        stacks.api.detect_stack_drift(StackName="stack")
