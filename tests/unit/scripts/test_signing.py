"""Which AWS credentials a request is signed with, and that botocore would have signed it the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from serin.domain.errors import Denied
from serin_cli.connection import Connection
from serin_cli.signing import credentials_at_hand, signed

URL = "https://abc123.execute-api.eu-central-1.amazonaws.com/models/m/predict?a=1"
PLAIN = {"Content-Type": "application/json"}
AWS = Connection("prod", "eu-central-1", "https://api.example", "token", "uploads")
LOCAL = Connection(
    "dev", "us-east-1", "http://127.0.0.1:1", "token", "uploads", "http://127.0.0.1:2", "AKIALOCAL", "its"
)


@pytest.fixture
def _no_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.parametrize("token", [None, "session"])
def test_a_signature_is_botocores_own_at_that_moment(token: str | None) -> None:
    credentials = Credentials("AKIAANA", "secret", token)
    request = AWSRequest("POST", URL, headers=PLAIN, data=b"{}")
    SigV4Auth(credentials, "execute-api", "eu-central-1").add_auth(request)
    theirs = dict(request.headers.items())
    moment = datetime.strptime(theirs["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert signed("POST", URL, b"{}", PLAIN, credentials, "eu-central-1", moment) == theirs


@pytest.mark.usefixtures("_no_profile")
def test_on_aws_the_environments_credentials_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAANA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    found = credentials_at_hand(AWS)
    assert (found.access_key, found.secret_key, found.token) == ("AKIAANA", "secret", "session")


@pytest.mark.usefixtures("_no_profile")
def test_without_credentials_it_is_said_so_with_the_remedy() -> None:
    with pytest.raises(Denied, match="no AWS credentials at hand"):
        credentials_at_hand(AWS)


def test_the_local_cloud_never_sees_the_profiles_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    assert credentials_at_hand(LOCAL).access_key == "AKIALOCAL"
