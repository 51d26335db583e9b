"""Routes that IAM protects: who signs with a key of the account is let in where a policy allows it, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.credentials import Credentials

from infra.local.cloud import LocalCloud
from infra.local.iam.keys import session_by
from tests.e2e.identities import ACCOUNT, administrator, route_arn, session, signed_now, user
from tests.e2e.local.clock.april import running
from tests.e2e.local.templates import allow, att, aws, document, function, ref, resource
from tests.e2e.local.test_http_api import integration, route

PATH = "/models/m/predict"
WHO = "def handler(event, context):\n    return event['requestContext']['authorizer']\n"
NUMBERS = count(1)


def stack() -> dict[str, Any]:
    """An API with one signed route."""
    return {
        "Function": function("predict", WHO),
        "Api": resource("ApiGatewayV2::Api", Name="serin", ProtocolType="HTTP"),
        "Stage": resource("ApiGatewayV2::Stage", ApiId=ref("Api"), StageName="$default", AutoDeploy=True),
        "ToFunction": integration(att("Function")),
        "Predict": route(f"POST {PATH}", "ToFunction", AuthorizationType="AWS_IAM"),
    }


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with running(Path(tmp_path_factory.mktemp("cloud")), stack()) as made:
        yield made


def called(cloud: LocalCloud, credentials: Credentials) -> httpx.Response:
    return httpx.post(f"{cloud.api_url}{PATH}", content=b"{}", headers=signed_now(cloud, credentials, PATH, b"{}"))


def invoke(cloud: LocalCloud, route: str = f"POST {PATH}") -> dict[str, Any]:
    return allow("execute-api:Invoke", on=route_arn(cloud, route))


def of_role(cloud: LocalCloud, *statements: dict[str, Any]) -> Credentials:
    return session(cloud, f"caller-{next(NUMBERS)}", *statements)


def test_a_roles_session_is_let_in_and_told_to_the_function(cloud: LocalCloud) -> None:
    credentials = session(cloud, "let-in", invoke(cloud))
    answer = called(cloud, credentials)
    assert answer.status_code == 200
    found = answer.json()["iam"]
    assert found["userArn"] == "arn:aws:sts::123456789012:assumed-role/let-in/tests"
    assert (found["accessKey"], found["accountId"]) == (credentials.access_key, "123456789012")
    assert found["userId"] == found["callerId"]
    assert found["userId"].endswith(":tests")


def test_a_user_is_let_in_by_its_own_its_groups_or_a_managed_policy(cloud: LocalCloud) -> None:
    assert called(cloud, user(cloud, "own", invoke(cloud))).json()["iam"]["userArn"] == f"{ACCOUNT}:user/own"
    iam = aws(cloud, "iam")
    grouped, managed = user(cloud, "grouped"), user(cloud, "managed")
    assert [called(cloud, one).status_code for one in (grouped, managed)] == [403, 403]
    iam.create_group(GroupName="callers")
    policy = json.dumps(document(invoke(cloud)))
    iam.put_group_policy(GroupName="callers", PolicyName="own", PolicyDocument=policy)
    iam.add_user_to_group(GroupName="callers", UserName="grouped")
    made = iam.create_policy(PolicyName="may-call", PolicyDocument=policy)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="managed", PolicyArn=made)
    assert [called(cloud, one).status_code for one in (grouped, managed)] == [200, 200]


def test_the_accounts_administrator_may_call_with_its_secret_only(cloud: LocalCloud) -> None:
    owner = administrator(cloud)
    assert called(cloud, owner).json()["iam"]["userArn"] == f"{ACCOUNT}:root"
    assert called(cloud, Credentials(owner.access_key, "guess")).status_code == 403


@pytest.mark.parametrize("route", [f"GET {PATH}", "POST /models/n/predict", "POST /models/m", "GET /models/*"])
def test_a_policy_of_another_route_opens_nothing(cloud: LocalCloud, route: str) -> None:
    assert called(cloud, of_role(cloud, invoke(cloud, route))).status_code == 403


def test_a_policy_of_another_action_opens_nothing_and_a_deny_wins(cloud: LocalCloud) -> None:
    other = allow("execute-api:ManageConnections", "lambda:InvokeFunction", on="*")
    assert called(cloud, of_role(cloud, other)).status_code == 403
    denied = {**invoke(cloud), "Effect": "Deny"}
    assert called(cloud, of_role(cloud, allow("*", on="*"), denied)).status_code == 403
    assert (
        called(cloud, of_role(cloud, allow("execute-api:*", on=route_arn(cloud, "POST /models/*")))).status_code == 200
    )


def test_a_key_that_is_switched_off_or_deleted_opens_nothing(cloud: LocalCloud) -> None:
    credentials, iam = user(cloud, "leaves", invoke(cloud)), aws(cloud, "iam")
    key = {"UserName": "leaves", "AccessKeyId": credentials.access_key}
    assert called(cloud, credentials).status_code == 200
    iam.update_access_key(**key, Status="Inactive")
    assert called(cloud, credentials).status_code == 403
    iam.update_access_key(**key, Status="Active")
    assert called(cloud, credentials).status_code == 200
    iam.delete_access_key(**key)
    assert called(cloud, credentials).status_code == 403


def test_a_session_needs_its_token_and_ends_at_its_moment(cloud: LocalCloud) -> None:
    credentials = of_role(cloud, invoke(cloud))
    without = Credentials(credentials.access_key, credentials.secret_key)
    assert called(cloud, without).status_code == 403
    assert called(cloud, credentials).status_code == 200
    held = session_by(credentials.access_key)
    assert held is not None
    held.expiration = datetime.now(UTC).replace(tzinfo=None)
    assert called(cloud, credentials).status_code == 403


def test_the_hour_of_a_signature_is_the_clouds_clock(cloud: LocalCloud) -> None:
    url, headers = f"{cloud.api_url}{PATH}", signed_now(cloud, of_role(cloud, invoke(cloud)), PATH, b"{}")
    assert httpx.post(url, content=b"{}", headers=headers).status_code == 200
    cloud.advance(timedelta(minutes=6))
    assert httpx.post(url, content=b"{}", headers=headers).status_code == 403
