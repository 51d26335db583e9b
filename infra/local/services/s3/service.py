"""S3."""

from __future__ import annotations

from infra.local.iam.requests import s3
from infra.local.services.s3.keeping import KEEPING
from infra.local.services.s3.policies import policy_of
from infra.local.services.s3.resources import Bucket, BucketPolicy
from infra.local.services.service import Service

SERVICE = Service(
    "s3",
    types=(Bucket, BucketPolicy),
    patches=("infra.local.services.s3.patches",),
    permissions=s3.asked,
    policy_of=policy_of,
    frozen=KEEPING,
)
