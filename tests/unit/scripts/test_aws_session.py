"""A stage on AWS is looked for in the region the CDK deployed it to, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from serin.domain.errors import Invalid
from serin_cli.aws import connect
from serin_cli.aws_session import REGIONS, session
from serin_cli.connection import load
from tests.tables import a_table

HERE, ELSEWHERE = "eu-central-1", "us-west-2"


@pytest.fixture(autouse=True)
def _own_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*REGIONS, "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    profile = tmp_path / "config"
    profile.write_text(f"[default]\n[profile other]\nregion = {ELSEWHERE}\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(profile))


@pytest.mark.parametrize("name", REGIONS)
def test_every_variable_that_the_cdk_reads_names_the_region(name: str) -> None:
    assert session("other", {name: HERE}).region_name == HERE
    assert session("other", {"AWS_DEFAULT_REGION": ELSEWHERE, "AWS_REGION": HERE}).region_name == HERE


def test_without_a_variable_the_profile_says_it_and_nothing_is_guessed() -> None:
    assert session("other", {}).region_name == ELSEWHERE
    with pytest.raises(Invalid, match="No AWS region is named"):
        session(None, {})
    with pytest.raises(Invalid, match="nobody"):
        session("nobody", {})


@mock_aws
def test_connect_finds_the_stage_where_it_was_deployed_and_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", HERE)
    checkout = Path.cwd() / "cdk.json"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cdk.json").write_bytes(checkout.read_bytes())
    with pytest.raises(Invalid, match=f"no stage dev in {HERE}"):
        connect(stage="dev")
    a_table("serin-dev-control", "pk", "sk", client=boto3.client("dynamodb", region_name=HERE))
    boto3.client("ssm", region_name=HERE).put_parameter(Name="/serin/dev/api/url", Value="https://api", Type="String")
    assert connect(stage="dev")["api_url"] == "https://api"
    assert load().region == HERE
