from __future__ import annotations

import json

from tests.infra.conftest import MODELS
from tests.infra.templates import Assembly

KNOWN_TYPES = {
    "AWS::Budgets::Budget",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::DynamoDB::Table",
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::Logs::SubscriptionFilter",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",
    "AWS::StepFunctions::StateMachine",
}


def dependencies(aws: Assembly, stack: str) -> set[str]:
    artifacts = json.loads((aws.folder / "manifest.json").read_text())["artifacts"]
    found = artifacts[f"serin-dev-{stack}"].get("dependencies", [])
    return {name.removeprefix("serin-dev-") for name in found if not name.endswith(".assets")}


def test_there_is_a_stack_for_each_part_and_a_training_and_an_endpoint_for_each_model(aws: Assembly) -> None:
    parts = {"catalog", "lake", "api", "training", "release", "watch", "batch"}
    own = {f"{part}-{model}" for model in MODELS for part in ("training", "endpoint")}
    assert aws.templates.keys() == parts | own


def test_stacks_wait_for_what_they_need(aws: Assembly) -> None:
    assert dependencies(aws, "catalog") == set()
    assert dependencies(aws, "api") == set()
    for stack in ("lake", "training", "release"):
        assert dependencies(aws, stack) == {"catalog"}
    trainings = {f"training-{model}" for model in MODELS}
    assert dependencies(aws, "watch") == {"catalog"} | trainings
    for stack in trainings:
        assert dependencies(aws, stack) == {"training"}, "which had their names, and has to give them up first"
    assert dependencies(aws, "endpoint-returns") == {"lake", "api", "release"}


def test_nothing_is_exported_from_one_stack_to_another(aws: Assembly) -> None:
    for template in aws.templates.values():
        assert "Outputs" not in template
        assert "Fn::ImportValue" not in json.dumps(template)


def test_the_templates_hold_the_types_the_local_cloud_knows_and_no_others(aws: Assembly) -> None:
    assert {resource["Type"] for _, resource in aws.everything()} == KNOWN_TYPES


def test_every_stack_makes_its_own_layer_versions(aws: Assembly) -> None:
    for stack, template in aws.templates.items():
        layers = [item for item in template["Resources"].values() if item["Type"] == "AWS::Lambda::LayerVersion"]
        assert all(layer["Properties"]["LayerName"].startswith(f"serin-dev-{stack}-") for layer in layers)
    names = [layer["LayerName"] for layer in aws.resources("AWS::Lambda::LayerVersion")]
    assert len(set(names)) == len(names)


def test_the_api_is_found_by_its_parameters(aws: Assembly) -> None:
    names = {item["Name"] for item in aws.resources("AWS::SSM::Parameter")}
    assert {"/serin/dev/api/id", "/serin/dev/api/authorizer", "/serin/dev/api/url"} <= names
    defaults = [item["Default"] for item in aws.templates["endpoint-late-orders"]["Parameters"].values()]
    assert {"/serin/dev/api/id", "/serin/dev/api/authorizer"} <= set(defaults)


def test_the_release_workflows_layer_is_none_of_the_stacks_own(aws: Assembly) -> None:
    names = {layer["LayerName"] for layer in aws.resources("AWS::Lambda::LayerVersion")}
    assert not names & {f"serin-dev-model-{model}" for model in MODELS}
