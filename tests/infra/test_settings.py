from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.app import ROOT
from infra.names import Names
from infra.settings import Settings, Target, read_settings, target_for, this_architecture, this_python
from serin.domain.errors import Invalid


def cdk_json(folder: Path, **stages: Any) -> Path:
    path = folder / "cdk.json"
    path.write_text(json.dumps({"context": {"stage": "dev", "stages": stages}}))
    return path


def test_the_committed_settings_are_valid_for_every_stage() -> None:
    stages = json.loads((ROOT / "cdk.json").read_text())["context"]["stages"]
    assert stages
    for stage in stages:
        assert read_settings(ROOT / "cdk.json", stage).stage == stage


def test_without_a_choice_the_stage_is_the_one_of_the_file(tmp_path: Path) -> None:
    assert read_settings(cdk_json(tmp_path, dev={"burst": 7})) == Settings(stage="dev", burst=7)


def test_an_unknown_stage_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        read_settings(cdk_json(tmp_path, dev={}, prod={}), "test")
    assert "dev, prod" in caught.value.remedy


def test_who_reads_notices_is_a_list_of_addresses(tmp_path: Path) -> None:
    assert read_settings(cdk_json(tmp_path, dev={"notices": ["a@example.com"]})).notices == ("a@example.com",)
    with pytest.raises(Invalid, match=r"notices cannot be 'a@example\.com'"):
        read_settings(cdk_json(tmp_path, dev={"notices": "a@example.com"}))


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="retries cannot be 3"):
        read_settings(cdk_json(tmp_path, dev={"retries": 3}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"stage": "Dev"},
        {"stage": "a-b"},
        {"stage": "a" * 13},
        {"python": "3.11"},
        {"python": "3"},
        {"architecture": "arm"},
        {"burst": 0},
        {"burst": True},
        {"requests_per_second": "50"},
        {"log_retention_days": 31},
        {"reconcile_minutes": 1.5},
        {"notices": ("nobody",)},
        *({"cors_origins": (origin,)} for origin in ("*", "shop.example.com", "https://shop.example.com/", 7)),
    ],
)
def test_an_impossible_value_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        Settings(**wrong)
    assert caught.value.field in wrong


def test_aws_gets_the_settings_machine_and_the_local_cloud_this_one() -> None:
    settings = Settings(python="3.14", architecture="arm64")
    assert target_for(settings, "aws") == Target("aws", "3.14", "arm64")
    assert target_for(settings, "local") == Target("local", this_python(), this_architecture())


def test_names_are_fixed_by_the_stage() -> None:
    names = Names("dev")
    assert names.function("train_model", "flight-delay") == "serin-dev-train-model-flight-delay"
    assert names.bucket("lake", "1", "eu-west-1") == "serin-dev-lake-1-eu-west-1"
    assert names.machine("training-flight-delay") == "serin-dev-training-flight-delay"
    assert names.parameter("endpoints/flight-delay/layers") == "/serin/dev/endpoints/flight-delay/layers"
    assert names.model_layer("flight-delay") == "serin-dev-model-flight-delay"


@pytest.mark.parametrize("name", ["machine", "queue"])
def test_a_name_aws_would_refuse_is_refused_first(name: str) -> None:
    with pytest.raises(Invalid, match="AWS allows 80"):
        getattr(Names("dev"), name)("a" * 71)
