"""`serin token`: an operator makes and revokes tokens in the control table of a cloud that runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.local.cloud import LocalCloud
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.domain.access import token_hash
from serin.domain.errors import Denied, Invalid, NotFound
from serin.services.tokens import scopes_of
from serin_cli.__main__ import main
from serin_cli.command_line.app import result_of
from serin_cli.connection import save
from tests.e2e.connections import connection_to
from tests.e2e.local.clock.april import running
from tests.e2e.local.templates import resource

KEYS = [("pk", "HASH"), ("sk", "RANGE")]
CONTROL = resource(
    "DynamoDB::Table",
    TableName="serin-dev-control",
    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in KEYS],
    KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in KEYS],
    BillingMode="PAY_PER_REQUEST",
)
LAYERS = resource("SSM::Parameter", Name="/serin/dev/endpoints/flight-delay/layers", Type="StringList", Value="a,b")
CREATE = ("create", "--owner", "ana", "--scope", "predict:flight-delay", "--scope", "read", "--for", "30d")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with running(Path(tmp_path_factory.mktemp("cloud")), {"Control": CONTROL, "Layers": LAYERS}) as made:
        yield made


@pytest.fixture(autouse=True)
def _connected(cloud: LocalCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save(connection_to(cloud))


def called(*arguments: str) -> Any:
    return result_of("token", *arguments)


def control(cloud: LocalCloud) -> DynamoControl:
    return DynamoControl(RecordTable(boto3.client("dynamodb", **cloud.client), "serin-dev-control"))


def test_a_token_opens_its_scopes_for_its_span_of_the_clouds_clock(cloud: LocalCloud) -> None:
    made = called(*CREATE)
    found = scopes_of(f"Bearer {made['token']}", control=control(cloud), clock=cloud.clock)
    assert found is not None
    assert (found.owner, found.scopes) == ("ana", ("predict:flight-delay", "read"))
    assert made["created"].startswith("2013-04-")
    assert found.expires - found.created == timedelta(days=30)


def test_the_secret_is_shown_once_and_kept_nowhere(cloud: LocalCloud) -> None:
    made = called(*CREATE)
    kept = json.dumps(boto3.client("dynamodb", **cloud.client).scan(TableName="serin-dev-control"), default=str)
    assert token_hash(made["token"]) in kept
    assert made["token"] not in kept
    assert made["token"] not in json.dumps(called("list"))


def test_the_list_says_whose_a_token_is_what_it_opens_and_for_how_long(cloud: LocalCloud) -> None:
    made = called(*CREATE)
    (listed,) = [found for found in called("list") if found["id"] == made["id"]]
    assert set(listed) == {"id", "owner", "scopes", "created", "expires", "revoked"}
    assert {name: made[name] for name in listed} == listed
    assert (listed["scopes"], listed["revoked"], len(listed["id"])) == ("predict:flight-delay read", None, 12)


def test_a_revoked_token_opens_nothing_and_the_answer_says_how_long_the_api_still_remembers(cloud: LocalCloud) -> None:
    made = called(*CREATE)
    answer = called("revoke", made["id"])
    assert answer["revoked"].startswith("2013-04-")
    assert "60 s" in answer["note"]
    assert scopes_of(f"Bearer {made['token']}", control=control(cloud), clock=cloud.clock) is None
    assert [found["revoked"] for found in called("list") if found["id"] == made["id"]] == [answer["revoked"]]


def test_the_program_prints_json_and_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["serin", "token", *CREATE, "--json"])
    assert main() == 0
    made = json.loads(capsys.readouterr().out)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["serin", "token", "list"])
    assert main() == 0
    table = capsys.readouterr().out
    assert made["id"] in table
    assert made["token"] not in table


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("create",), "an owner, a scope or a role, and a span"),
        (("create", "--owner", "ana", "--scope", "read"), "an owner, a scope or a role, and a span"),
        (("create", "--owner", "a b", "--scope", "read", "--for", "1d"), "'a b' cannot own"),
        (("create", "--owner", "ana", "--scope", "predict:other", "--for", "1d"), "there are flight-delay"),
        (("create", "--owner", "ana", "--scope", "own", "--for", "1d"), "no action"),
        (("create", "--owner", "ana", "--scope", "read", "--for", "soon"), "not a span"),
        (("create", "--owner", "ana", "--scope", "read", "--for", "0d"), "cannot live"),
        (("create", "--owner", "ana", "--scope", "read", "--for", "P99999999999D"), "longer than any calendar"),
        (("revoke",), "No token is named"),
        (("revoke", "nobody"), "not a token's id"),
    ],
)
def test_a_wrong_call_is_refused_with_what_was_found_and_makes_nothing(
    arguments: tuple[str, ...], found: str, cloud: LocalCloud
) -> None:
    before = control(cloud).tokens()
    with pytest.raises(Invalid, match=found) as refused:
        called(*arguments)
    assert refused.value.remedy
    assert control(cloud).tokens() == before


def test_a_token_nobody_made_is_not_found() -> None:
    with pytest.raises(NotFound):
        called("revoke", "0" * 12)


def test_what_aws_refuses_is_told_with_its_remedy(cloud: LocalCloud) -> None:
    save(connection_to(cloud, "other"))
    with pytest.raises(Denied, match="ResourceNotFound"):
        called("list")
