"""Routes that IAM protects: who signs with a key of the account is let in where a policy allows it, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.credentials import Credentials

from infra.local.cloud import LocalCloud
from infra.local.iam.keys import session_by
from serin_cli.signing import signed
from tests.e2e.local.clock.april import running
from tests.e2e.local.templates import allow, att, aws, document, function, ref, resource, role
from tests.e2e.local.test_http_api import integration, route

PATH = "/models/m/predict"
WHO = "def handler(event, context):\n    return event['requestContext']['authorizer']\n"
ACCOUNT = "arn:aws:iam::123456789012"


def stack() -> dict[str, Any]:
    """An API with one signed route, and the role `caller`, which may nothing yet."""
    caller = role(allow("sqs:*"), trusts=("lambda",))
    caller["Properties"] = {**caller["Properties"], "RoleName": "caller"}
    return {
        "Function": function("predict", WHO),
        "Api": resource("ApiGatewayV2::Api", Name="serin", ProtocolType="HTTP"),
        "Stage": resource("ApiGatewayV2::Stage", ApiId=ref("Api"), StageName="$default", AutoDeploy=True),
        "ToFunction": integration(att("Function")),
        "Predict": route(f"POST {PATH}", "ToFunction", AuthorizationType="AWS_IAM"),
        "Caller": caller,
        "Id": resource("SSM::Parameter", Name="/api/id", Type="String", Value=ref("Api")),
    }


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with running(Path(tmp_path_factory.mktemp("cloud")), stack()) as made:
        yield made


def arn(cloud: LocalCloud, route: str = f"POST{PATH}") -> str:
    api = aws(cloud, "ssm").get_parameter(Name="/api/id")["Parameter"]["Value"]
    return f"arn:aws:execute-api:{cloud.region}:123456789012:{api}/$default/{route}"


def called(cloud: LocalCloud, credentials: Credentials) -> httpx.Response:
    url = f"{cloud.api_url}{PATH}"
    headers = signed(url, b"{}", {}, credentials, cloud.region, cloud.clock.now())
    return httpx.post(url, content=b"{}", headers=headers)


def user(cloud: LocalCloud, name: str, *statements: dict[str, Any]) -> Credentials:
    """A new user with a key of its own, and a policy of these statements."""
    iam = aws(cloud, "iam")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(document(*statements)))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def session(cloud: LocalCloud, *statements: dict[str, Any]) -> Credentials:
    """A session of the role `caller`, whose policy is these statements."""
    policy = json.dumps(document(*statements))
    aws(cloud, "iam").put_role_policy(RoleName="caller", PolicyName="own", PolicyDocument=policy)
    held = aws(cloud, "sts").assume_role(RoleArn=f"{ACCOUNT}:role/caller", RoleSessionName="tests")["Credentials"]
    return Credentials(held["AccessKeyId"], held["SecretAccessKey"], held["SessionToken"])


def invoke(cloud: LocalCloud, route: str = f"POST{PATH}") -> dict[str, Any]:
    return allow("execute-api:Invoke", on=arn(cloud, route))


def test_a_roles_session_is_let_in_and_told_to_the_function(cloud: LocalCloud) -> None:
    credentials = session(cloud, invoke(cloud))
    answer = called(cloud, credentials)
    assert answer.status_code == 200
    found = answer.json()["iam"]
    assert found["userArn"] == "arn:aws:sts::123456789012:assumed-role/caller/tests"
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
    owner = cloud.credentials
    known = called(cloud, Credentials(owner.access_key_id, owner.secret_access_key))
    assert known.json()["iam"]["userArn"] == f"{ACCOUNT}:root"
    assert called(cloud, Credentials(owner.access_key_id, "guess")).status_code == 403


@pytest.mark.parametrize("route", [f"GET{PATH}", "POST/models/n/predict", "POST/models/m", "GET/models/*"])
def test_a_policy_of_another_route_opens_nothing(cloud: LocalCloud, route: str) -> None:
    assert called(cloud, session(cloud, invoke(cloud, route))).status_code == 403


def test_a_policy_of_another_action_opens_nothing_and_a_deny_wins(cloud: LocalCloud) -> None:
    other = allow("execute-api:ManageConnections", "lambda:InvokeFunction", on="*")
    assert called(cloud, session(cloud, other)).status_code == 403
    denied = {**invoke(cloud), "Effect": "Deny"}
    assert called(cloud, session(cloud, allow("*", on="*"), denied)).status_code == 403
    assert called(cloud, session(cloud, allow("execute-api:*", on=arn(cloud, "POST/models/*")))).status_code == 200


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
    credentials = session(cloud, invoke(cloud))
    without = Credentials(credentials.access_key, credentials.secret_key)
    assert called(cloud, without).status_code == 403
    assert called(cloud, credentials).status_code == 200
    held = session_by(credentials.access_key)
    assert held is not None
    held.expiration = datetime.now(UTC).replace(tzinfo=None)
    assert called(cloud, credentials).status_code == 403


def test_the_hour_of_a_signature_is_the_clouds_clock(cloud: LocalCloud) -> None:
    credentials, url = session(cloud, invoke(cloud)), f"{cloud.api_url}{PATH}"
    headers = signed(url, b"{}", {}, credentials, cloud.region, cloud.clock.now())
    assert httpx.post(url, content=b"{}", headers=headers).status_code == 200
    cloud.advance(timedelta(minutes=6))
    assert httpx.post(url, content=b"{}", headers=headers).status_code == 403
