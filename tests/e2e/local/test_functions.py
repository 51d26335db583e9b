"""Functions, versions, aliases and layers behave as Lambda's."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.lambda_cases import FAILS
from tests.e2e.local.templates import Record, att, aws, function, ref, resource, settle_function

WHO = """
import os

def handler(event, context):
    try:
        import serin_model
        model = serin_model.NAME
    except ImportError:
        model = None
    return {"version": context.function_version, "model": model, "mark": os.environ.get("MARK"),
            "arn": context.invoked_function_arn}
"""


def published() -> dict[str, dict[str, Any]]:
    """A function, its first version and the alias `live` on it."""
    return {
        "Function": function("predict", WHO),
        "Version": resource("Lambda::Version", FunctionName=ref("Function")),
        "Live": resource(
            "Lambda::Alias", FunctionName=ref("Function"), FunctionVersion=att("Version", "Version"), Name="live"
        ),
    }


def client(cloud: LocalCloud) -> Any:
    return aws(cloud, "lambda")


def invoked(cloud: LocalCloud, name: str = "predict", **more: Any) -> dict[str, Any]:
    answer = client(cloud).invoke(FunctionName=name, **more)
    assert "FunctionError" not in answer
    payload: dict[str, Any] = json.loads(answer["Payload"].read())
    assert answer["ExecutedVersion"] == payload["version"]
    return payload


def model_layer(cloud: LocalCloud, name: str) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("python/serin_model/__init__.py", f"NAME = {name!r}")
    answer = client(cloud).publish_layer_version(LayerName="model", Content={"ZipFile": buffer.getvalue()})
    return str(answer["LayerVersionArn"])


def release(cloud: LocalCloud, model: str) -> str:
    """Publish a version with a layer and a variable of its own, as the release workflow does."""
    functions = client(cloud)
    functions.update_function_configuration(
        FunctionName="predict", Layers=[model_layer(cloud, model)], Environment={"Variables": {"MARK": model}}
    )
    settle_function(cloud)
    number = str(functions.publish_version(FunctionName="predict")["Version"])
    settle_function(cloud)
    return number


def test_a_published_version_keeps_a_layer_that_was_deleted_since(deployed: Deploy) -> None:
    cloud = deployed(published())
    second = release(cloud, "m2")
    layer = client(cloud).get_function_configuration(FunctionName="predict")["Layers"][0]["Arn"]
    name, number = layer.rsplit(":", 1)
    client(cloud).delete_layer_version(LayerName=name, VersionNumber=int(number))
    assert invoked(cloud, Qualifier=second)["model"] == "m2"


def test_the_qualifier_chooses_what_runs(deployed: Deploy) -> None:
    cloud = deployed(published())
    second = release(cloud, "m2")
    assert invoked(cloud)["version"] == "$LATEST"
    assert invoked(cloud, Qualifier="$LATEST")["version"] == "$LATEST"
    assert invoked(cloud, Qualifier="1")["version"] == "1"
    assert invoked(cloud, Qualifier=second)["version"] == "2"
    assert invoked(cloud, Qualifier="live")["version"] == "1"
    assert invoked(cloud, name="predict:live")["version"] == "1"
    arn = "arn:aws:lambda:us-east-1:123456789012:function:predict:live"
    assert invoked(cloud, name=arn) == {"version": "1", "model": None, "mark": None, "arn": arn}


def test_a_published_version_keeps_its_layers_and_variables(deployed: Deploy) -> None:
    cloud = deployed(published())
    versions = [release(cloud, name) for name in ("a", "b")]
    assert versions == ["2", "3"]
    assert [(invoked(cloud, Qualifier=v)["model"], invoked(cloud, Qualifier=v)["mark"]) for v in ("1", *versions)] == [
        (None, None),
        ("a", "a"),
        ("b", "b"),
    ]


def test_an_alias_shares_its_invocations_by_weight(deployed: Deploy) -> None:
    cloud = deployed(published())
    second = release(cloud, "m2")
    client(cloud).update_alias(
        FunctionName="predict", Name="live", RoutingConfig={"AdditionalVersionWeights": {second: 0.3}}
    )
    answers = Counter(invoked(cloud, Qualifier="live")["version"] for _ in range(200))
    # 60 expected; outside 30..95 once in a hundred million runs.
    assert 30 < answers[second] < 95
    assert answers["1"] + answers[second] == 200


def test_an_alias_moves_only_for_who_saw_its_last_revision(deployed: Deploy) -> None:
    cloud = deployed(published())
    second = release(cloud, "m2")
    functions = client(cloud)
    seen = functions.get_alias(FunctionName="predict", Name="live")["RevisionId"]
    moved = functions.update_alias(FunctionName="predict", Name="live", FunctionVersion=second, RevisionId=seen)
    assert moved["RevisionId"] != seen
    with pytest.raises(ClientError) as refused:
        functions.update_alias(FunctionName="predict", Name="live", FunctionVersion="1", RevisionId=seen)
    assert refused.value.response["Error"]["Code"] == "PreconditionFailedException"
    assert functions.get_alias(FunctionName="predict", Name="live")["FunctionVersion"] == second


def test_a_function_changes_only_for_who_saw_its_last_revision(deployed: Deploy) -> None:
    cloud = deployed(published())
    functions = client(cloud)
    seen = functions.get_function_configuration(FunctionName="predict")["RevisionId"]
    functions.update_function_configuration(FunctionName="predict", MemorySize=512, RevisionId=seen)
    settle_function(cloud)
    for late, wanted in (
        (functions.update_function_configuration, {"MemorySize": 128}),
        (functions.publish_version, {}),
    ):
        with pytest.raises(ClientError) as refused:
            late(FunctionName="predict", RevisionId=seen, **wanted)
        assert refused.value.response["Error"]["Code"] == "PreconditionFailedException"


def test_a_version_is_published_only_of_the_code_that_was_meant(deployed: Deploy) -> None:
    cloud = deployed(published())
    with pytest.raises(ClientError) as refused:
        client(cloud).publish_version(FunctionName="predict", CodeSha256="somethingelse=")
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"


def test_the_number_of_a_deleted_version_is_not_given_again(deployed: Deploy) -> None:
    cloud = deployed(published())
    assert release(cloud, "a") == "2"
    client(cloud).delete_function(FunctionName="predict", Qualifier="2")
    assert release(cloud, "b") == "3"


def test_publishing_what_has_not_changed_makes_no_version(deployed: Deploy) -> None:
    cloud = deployed(published())
    assert client(cloud).publish_version(FunctionName="predict")["Version"] == "1"


def test_a_function_that_is_not_there_answers_as_lambda_does(deployed: Deploy) -> None:
    cloud = deployed(published())
    for name, qualifier in (("nobody", "$LATEST"), ("predict", "9"), ("predict", "nowhere")):
        with pytest.raises(ClientError) as refused:
            client(cloud).invoke(FunctionName=name, Qualifier=qualifier)
        assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_an_error_of_the_function_is_told_apart_from_its_answer(deployed: Deploy, record: Record) -> None:
    cloud = deployed({"Function": function("fails", FAILS, record)})
    answer = client(cloud).invoke(FunctionName="fails", Payload=b'{"a": 1}', LogType="Tail")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"].read())["errorType"] == "ValueError"
    assert answer["LogResult"]


def test_a_layer_that_is_no_zip_is_refused(deployed: Deploy) -> None:
    cloud = deployed(published())
    with pytest.raises(ClientError) as refused:
        client(cloud).publish_layer_version(LayerName="model", Content={"ZipFile": b"no zip"})
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
