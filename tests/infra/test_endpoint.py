"""A template for this machine never reaches AWS, and one for AWS never a local cloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.endpoint import cloud_for, endpoint_of_profile
from serin.domain.errors import Invalid


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566", "http://localhost:4566", "http://[::1]:4566"])
def test_an_endpoint_on_this_machine_is_the_local_cloud(url: str) -> None:
    assert cloud_for({"AWS_ENDPOINT_URL": url}) == "local"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"AWS_ENDPOINT_URL": ""},
        {"AWS_ENDPOINT_URL": "https://vpce-1.cloudformation.eu-west-1.vpce.amazonaws.com"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1.example.com"},
    ],
)
def test_everything_else_is_aws(environment: dict[str, str]) -> None:
    assert cloud_for(environment) == "aws"


def test_endpoints_that_disagree_are_refused() -> None:
    with pytest.raises(Invalid, match="on this machine and others are not"):
        cloud_for({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com"})


def test_endpoints_of_every_service_do_without_the_common_one() -> None:
    services = ("CLOUDFORMATION", "S3", "SSM", "STS")
    assert cloud_for({f"AWS_ENDPOINT_URL_{name}": "http://127.0.0.1:1" for name in services}) == "local"


def test_a_context_that_says_otherwise_is_refused() -> None:
    assert cloud_for({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "local") == "local"
    with pytest.raises(Invalid, match="cloud=local, but requests go to AWS"):
        cloud_for({}, "local")
    with pytest.raises(Invalid, match="cloud=aws, but requests go to the local cloud"):
        cloud_for({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "aws")


def test_the_endpoint_may_be_the_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text("[profile serin-local]\nendpoint_url = http://127.0.0.1:4566\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "serin-local")
    assert cloud_for({}, None, endpoint_of_profile()) == "local"
    assert cloud_for({"AWS_ENDPOINT_URL": "https://example.com"}, None, endpoint_of_profile()) == "aws"
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(Invalid, match="nobody"):
        endpoint_of_profile()
