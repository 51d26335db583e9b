"""IAM: every request is asked about, and what nothing could evaluate is refused where it is deployed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from tests.e2e.local.needs.model import needed
from tests.e2e.local.needs.world import arn_of, aws, bucket, name_of, queue, role, unique
from tests.e2e.local.templates import allow, document

_UNKNOWN: dict[str, Any] = {"Condition": {"StringEquals": {"aws:Nobody": "x"}}}
"""What the local cloud does not evaluate."""


def _refused() -> Any:
    return pytest.raises(ClientError, match="condition key aws:nobody")


@needed("moto.moto_server.werkzeug_app.DomainDispatcherApplication.__call__")
def a_role_is_refused_what_it_may_not(cloud: LocalCloud) -> None:
    with bucket(cloud) as name, role(cloud, "s3:GetObject") as arn:
        aws(cloud, "iam").update_assume_role_policy(
            RoleName=arn.rsplit("/", 1)[-1],
            PolicyDocument=json.dumps(
                document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}})
            ),
        )
        keys = aws(cloud, "sts").assume_role(RoleArn=arn, RoleSessionName="somebody")["Credentials"]
        own = {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }
        s3: Any = boto3.client("s3", **{**cloud.client, **own})  # type: ignore[call-overload]
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.put_object(Bucket=name, Key="k", Body=b"")


@needed("moto.iam.models.Role.__init__")
def a_trust_that_nothing_evaluates_is_refused(cloud: LocalCloud) -> None:
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
        **_UNKNOWN,
    }
    with _refused():
        aws(cloud, "iam").create_role(RoleName=unique(), AssumeRolePolicyDocument=json.dumps(document(trust)))


@needed("moto.iam.models.Role.put_policy")
def an_inline_policy_that_nothing_evaluates_is_refused(cloud: LocalCloud) -> None:
    policy = json.dumps(document(allow("s3:*", **_UNKNOWN)))
    with role(cloud) as arn, _refused():
        aws(cloud, "iam").put_role_policy(RoleName=arn.rsplit("/", 1)[-1], PolicyName="own", PolicyDocument=policy)


@needed("moto.iam.models.ManagedPolicy.attach_to")
def a_managed_policy_that_nothing_evaluates_is_refused(cloud: LocalCloud) -> None:
    iam, policy = aws(cloud, "iam"), json.dumps(document(allow("s3:*", **_UNKNOWN)))
    arn = iam.create_policy(PolicyName=unique(), PolicyDocument=policy)["Policy"]["Arn"]
    with role(cloud) as role_arn:
        name = role_arn.rsplit("/", 1)[-1]
        try:
            with _refused():
                iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        finally:
            for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
            iam.delete_policy(PolicyArn=arn)


@needed("moto.s3.models.S3Backend.put_bucket_policy")
def a_bucket_policy_that_nothing_evaluates_is_refused(cloud: LocalCloud) -> None:
    with bucket(cloud) as name, _refused():
        policy = document(allow("s3:*", on=f"arn:aws:s3:::{name}/*", Principal="*", **_UNKNOWN))
        aws(cloud, "s3").put_bucket_policy(Bucket=name, Policy=json.dumps(policy))


@needed("moto.s3.models.FakeBucket.get_permission")
def a_bucket_that_denies_plain_http_takes_objects(cloud: LocalCloud) -> None:
    s3 = aws(cloud, "s3")
    with bucket(cloud) as name:
        deny = {
            "Effect": "Deny",
            "Action": "s3:*",
            "Principal": {"AWS": "*"},
            "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(document(deny)))
        try:
            s3.put_object(Bucket=name, Key="k", Body=b"")
        finally:
            s3.delete_bucket_policy(Bucket=name)


@needed("moto.sqs.models.Queue._set_attributes")
def a_queue_policy_that_nothing_evaluates_is_refused(cloud: LocalCloud) -> None:
    with queue(cloud) as url, _refused():
        policy = document(allow("sqs:*", on=arn_of(cloud, "sqs", name_of(url)), Principal="*", **_UNKNOWN))
        aws(cloud, "sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})


@needed("moto.sts.models.utcnow")
def sessions_end_by_the_machines_clock_by_which_clients_renew_them(cloud: LocalCloud) -> None:
    assert aws(cloud, "sts").get_session_token()["Credentials"]["Expiration"] > datetime.now(UTC)
