"""Users and sessions of roles, each with a policy of its own, and what they sign."""

from __future__ import annotations

import json
from typing import Any

from botocore.credentials import Credentials

from infra.local.cloud import LocalCloud
from serin_cli.signing import signed
from tests.e2e.local.templates import aws, document

ACCOUNT = "arn:aws:iam::123456789012"
Statement = dict[str, Any]


def user(cloud: LocalCloud, name: str, *statements: Statement) -> Credentials:
    """A new user with a key of its own."""
    iam = aws(cloud, "iam")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(document(*statements)))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def session(cloud: LocalCloud, name: str, *statements: Statement) -> Credentials:
    """A session of a new role."""
    iam = aws(cloud, "iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"{ACCOUNT}:root"}}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document(trust)))
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document(*statements)))
    held = aws(cloud, "sts").assume_role(RoleArn=f"{ACCOUNT}:role/{name}", RoleSessionName="tests")["Credentials"]
    return Credentials(held["AccessKeyId"], held["SecretAccessKey"], held["SessionToken"])


def administrator(cloud: LocalCloud) -> Credentials:
    """Who may do everything in the account."""
    owner = cloud.credentials
    return Credentials(owner.access_key_id, owner.secret_access_key)


def signed_now(
    cloud: LocalCloud, credentials: Credentials, path: str, body: bytes = b"", method: str = "POST"
) -> dict[str, str]:
    """The headers of a request to the cloud's API, signed at this moment of its clock."""
    json_type = {"Content-Type": "application/json"} if body else {}
    url = f"{cloud.api_url}{path}"
    return signed(method, url, body, json_type, credentials, cloud.region, cloud.clock.now())


def route_arn(cloud: LocalCloud, route: str) -> str:
    """What IAM knows a route of the cloud's API by; `route` is `POST /path`."""
    (api,) = aws(cloud, "apigatewayv2").get_apis()["Items"]
    method, _, path = route.partition(" ")
    return f"arn:aws:execute-api:{cloud.region}:123456789012:{api['ApiId']}/$default/{method}{path}"
