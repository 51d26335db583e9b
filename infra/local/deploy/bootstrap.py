"""What `cdk bootstrap` leaves in an account, so that the CDK's own tools find it here as they do on AWS.

https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
"""

from __future__ import annotations

import json

from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.ssm.models import ssm_backends

from infra.local.wiring import ACCOUNT

QUALIFIER = "hnb659fds"
PARAMETER = f"/cdk-bootstrap/{QUALIFIER}/version"
_VERSION = "30"
_ROLES = ("cfn-exec", "deploy", "file-publishing", "image-publishing", "lookup")
_ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def bootstrap(region: str) -> None:
    """The version parameter, the asset bucket and the roles; what is there already stays."""
    _parameter(region)
    bucket = f"cdk-{QUALIFIER}-assets-{ACCOUNT}-{region}"
    s3 = s3_backends[ACCOUNT]["aws"]
    if bucket not in s3.buckets:
        s3.create_bucket(bucket, region)
        s3.put_bucket_versioning(bucket, "Enabled")
    for name in _ROLES:
        _role(f"cdk-{QUALIFIER}-{name}-role-{ACCOUNT}-{region}")


def _parameter(region: str) -> None:
    parameters = ssm_backends[ACCOUNT][region]
    if parameters.get_parameter(PARAMETER) is None:
        parameters.put_parameter(
            name=PARAMETER,
            description="",
            value=_VERSION,
            parameter_type="String",
            allowed_pattern="",
            keyid="",
            overwrite=True,
            tags=[],
            data_type="text",
            tier=None,
            policies=None,
        )


def _role(name: str) -> None:
    iam = iam_backends[ACCOUNT]["aws"]
    if any(role.name == name for role in iam.get_roles()):
        return
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    iam.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [trusted]}),
        path="/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )
    iam.put_role_policy(name, "default", json.dumps(_ADMINISTRATOR))
