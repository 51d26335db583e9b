"""What charters say of rules and money, as it stands in the templates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.app import build_app
from infra.local.deploy.assembly import read
from infra.settings import Settings, target_for
from serin.domain.charter import Charter
from serin.domain.compliance import Budget, Compliance
from serin.domain.errors import Invalid
from tests.builders import a_charter
from tests.infra.conftest import BUDGET, COMPLIANCE
from tests.infra.templates import Assembly, TinyPackages

MODEL = "late-orders"
OTHER = "returns"


def test_every_stack_refuses_another_region(aws: Assembly) -> None:
    for template in aws.templates.values():
        (assertion,) = template["Rules"]["Region"]["Assertions"]
        assert assertion["Assert"] == {"Fn::Equals": [{"Ref": "AWS::Region"}, COMPLIANCE.region]}
        assert "design.compliance.region: us-east-1" in assertion["AssertDescription"]


def test_a_local_cloud_lies_where_the_templates_ask(tmp_path: Path) -> None:
    template = {
        "Rules": {"Region": {"Assertions": [{"Assert": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}]}}
    }
    (tmp_path / "a.json").write_text(json.dumps(template))
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "a.json"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"a": artifact}}))
    assert read(tmp_path).region == "eu-west-1"


def lifecycle(aws: Assembly, bucket: str) -> Mapping[str, Any]:
    (properties,) = [one for one in aws.resources("AWS::S3::Bucket") if f"-{bucket}-" in str(one["BucketName"])]
    return {rule["Prefix"]: rule for rule in properties["LifecycleConfiguration"]["Rules"] if "Prefix" in rule}


def test_answers_and_uploaded_files_end_by_age_and_what_models_learn_from_does_not(aws: Assembly) -> None:
    answers = lifecycle(aws, "lake")
    folders = ("predictions", "invocations", "shadow", "truth", "batch")
    assert set(answers) == {*(f"{folder}/{MODEL}/" for folder in folders), "batch-work/", "cut/"}
    uploads = lifecycle(aws, "uploads")
    # The other model reads them too, and says nothing.
    assert set(uploads) == {"raw/orders/", "raw/shops/", f"batch/{MODEL}/"}
    for rule in [*answers.values(), *uploads.values()]:
        assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 29)
        assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
    assert lifecycle(aws, "artifacts") == {}


def test_the_log_of_calls_ends_with_the_charters_retention_if_that_is_sooner(aws: Assembly) -> None:
    spans = {one["LogGroupName"]: one["RetentionInDays"] for one in aws.resources("AWS::Logs::LogGroup")}
    assert spans[f"/aws/lambda/serin-dev-predict-{MODEL}"] == 7
    assert spans[f"/aws/lambda/serin-dev-predict-{OTHER}"] == 30


def test_a_budget_tells_people_what_the_models_own_stacks_cost(aws: Assembly) -> None:
    (budget,) = aws.resources("AWS::Budgets::Budget")
    assert budget["Budget"]["BudgetLimit"] == {"Amount": BUDGET.usd_per_month, "Unit": "USD"}
    stacks = [f"aws:cloudformation:stack-name$serin-dev-{part}-{MODEL}" for part in ("endpoint", "training")]
    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": stacks}
    kinds = {one["Notification"]["NotificationType"] for one in budget["NotificationsWithSubscribers"]}
    assert kinds == {"ACTUAL", "FORECASTED"}
    assert str(budget["NotificationsWithSubscribers"]).count(":serin-dev-notices") == 2


def test_the_api_lets_in_as_many_calls_as_the_busiest_model_is_for(aws: Assembly) -> None:
    (stage,) = aws.resources("AWS::ApiGatewayV2::Stage")
    limits = stage["DefaultRouteSettings"]
    assert (limits["ThrottlingRateLimit"], limits["ThrottlingBurstLimit"]) == (BUDGET.requests_per_second, 80)
    for variables in (one["Environment"]["Variables"] for one in aws.functions().values()):
        assert variables.get("SERIN_REQUEST_RATE", "40 80") == "40 80"


def built(charters: Sequence[Charter], tmp_path: Path) -> None:
    settings = Settings(requests_per_second=50)
    target = target_for(settings, "aws")
    build_app(settings, target, charters, TinyPackages(tmp_path, target), tmp_path / "out")


def test_a_stage_that_lets_in_fewer_calls_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is for 51 calls a second, and the stage lets in 50"):
        built([a_charter(budget=Budget(requests_per_second=51))], tmp_path)


def test_models_of_one_stage_that_want_two_regions_are_refused(tmp_path: Path) -> None:
    charters = [
        a_charter(model=model, compliance=replace(Compliance(), region=region))
        for model, region in (("a", "eu-west-1"), ("b", "us-east-1"))
    ]
    with pytest.raises(Invalid, match="a in eu-west-1 and b in us-east-1"):
        built(charters, tmp_path)


@pytest.fixture(scope="module")
def hashing(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """A stage of which one model hashes a column, and the other none."""
    folder, target = tmp_path_factory.mktemp("hashing"), target_for(Settings(), "aws")
    hashed = Compliance(personal_data={"shop": "hash"})
    charters = [a_charter(model=MODEL, compliance=hashed), a_charter(model=OTHER)]
    build_app(Settings(), target, charters, TinyPackages(folder / "packages", target), folder / "made").synth()
    return Assembly(folder / "made")


def test_the_salts_of_personal_values_are_read_by_who_asks_and_made_by_who_takes_in(hashing: Assembly) -> None:
    reach: dict[str, object] = {}
    for name, function in hashing.functions().items():
        of_salts = [one for one in hashing.written_statements(name) if "PERSONAL#*" in str(one.get("Condition"))]
        if of_salts:
            assert "SERIN_CONTROL_TABLE" in function["Environment"]["Variables"]
            (reach[name],) = [one["Action"] for one in of_salts]
    asking = (f"predict-{MODEL}", f"score-batch-{MODEL}", "api")
    expected: dict[str, object] = dict.fromkeys(asking, "dynamodb:BatchGetItem")
    expected |= {
        "accept-upload": ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
        "erase-person": ["dynamodb:BatchGetItem", "dynamodb:DeleteItem"],
    }
    assert reach == expected


def test_only_the_function_that_erases_people_may_delete_what_was_there_before(
    hashing: Assembly, aws: Assembly
) -> None:
    for made, erasing in ((hashing, {"erase-person"}), (aws, set())):
        deleting = {name for name in made.functions() if "s3:DeleteObjectVersion" in made.actions(name)}
        assert deleting == erasing
        machines = {one["StateMachineName"] for one in made.resources("AWS::StepFunctions::StateMachine")}
        assert ("serin-dev-erase" in machines) is bool(erasing)
